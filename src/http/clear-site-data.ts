/** Clear-Site-Data (W3C), as far as it speaks of caches. */

/** Whether a response asks for everything cached of its origin to be dropped; Chromium removes the field before a worker sees it. */
export function clearsCache(headers: Headers): boolean {
  const types = (headers.get('clear-site-data') ?? '').split(',');
  // The types are quoted strings: an unquoted one is not known.
  return types.some((type) => ['"cache"', '"*"'].includes(type.trim()));
}
