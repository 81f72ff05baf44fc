/** Numbers and digests as people read them. */

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** 1047 -> `1.05 kB` */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  const text = unit === 0 ? String(value) : value.toPrecision(3);
  return `${text} ${UNITS[unit]}`;
}

/** Milliseconds, with as many digits as mean something. */
export function milliseconds(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** Seconds, in the largest unit that keeps two digits. */
export function seconds(count: number): string {
  if (count < 120) return `${count} s`;
  if (count < 7200) return `${Math.round(count / 60)} min`;
  if (count < 172_800) return `${Math.round(count / 3600)} h`;
  return `${Math.round(count / 86_400)} days`;
}

/** What is left of a freshness lifetime. */
export function lifetime(ttl: number | undefined): string {
  if (ttl === undefined) return '–';
  return ttl < 0 ? `stale ${seconds(-ttl)}` : seconds(ttl);
}

/** The first characters of a digest: enough to see that two differ. */
export const short = (digest: string): string => digest.slice(0, 8);

/** The SHA-256 of some bytes in hexadecimal; `undefined` where the page may not compute one (plain http). */
export async function sha256(
  content: ArrayBuffer,
): Promise<string | undefined> {
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  const digest = await subtle.digest('SHA-256', content);
  return Array.from(new Uint8Array(digest), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
