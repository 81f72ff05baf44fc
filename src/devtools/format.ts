/** Figures and names as people read them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes: 1047 gives `1.05 kB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toPrecision(3)} ${UNITS[unit]}`;
}

/** A number of milliseconds, with as many digits as mean something. */
export const milliseconds = (ms: number): string =>
  `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** A number of seconds, in the largest unit that keeps two digits. */
export function seconds(count: number): string {
  if (count < 120) return `${Math.round(count)} s`;
  if (count < 7_200) return `${Math.round(count / 60)} min`;
  if (count < 172_800) return `${Math.round(count / 3_600)} h`;
  return `${Math.round(count / 86_400)} days`;
}

/** How long ago a moment was, given in milliseconds since the epoch. */
export function ago(at: number, now: number): string {
  const passed = (now - at) / 1_000;
  return passed < 60 ? 'just now' : `${seconds(passed)} ago`;
}

/** A URL without the page's own origin, or the name of a database. */
export function nameOf(url: string): string {
  if (!URL.canParse(url)) return `database ${url}`;
  const { origin, pathname, search } = new URL(url);
  return origin === location.origin ? pathname + search : url;
}

/** A moment as a clock shows it. */
export const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

/** The cache that there is where nobody gave another a name. */
export const CACHE_NAME = 'mendbox';
