/** Target URIs (RFC 9110 section 7.1). */

/** The URL, which may be relative, without its fragment; undefined for what is no URL. */
export function targetUrl(url: string, base?: string): URL | undefined {
  if (!URL.canParse(url, base)) return undefined;
  const target = new URL(url, base);
  target.hash = '';
  return target;
}
