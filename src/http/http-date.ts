/** HTTP dates (RFC 9110 section 5.6.7). */

// "a cache recipient SHOULD match the field value case-insensitively" (RFC 9111 section 4.2): these see it in lower case,
// and leave all but the order of the parts to toTime().
const IMF_FIXDATE = /^(?:mon|tue|wed|thu|fri|sat|sun), (.{20}) gmt$/;
const RFC850_DATE =
  /^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (\d\d)-([a-z]{3})-(\d\d) (.{8}) gmt$/;
const ASCTIME_DATE =
  /^(?:mon|tue|wed|thu|fri|sat|sun) ([a-z]{3}) (\d\d| \d) (.{8}) (\d{4})$/;

/**
 * The time of an HTTP date in milliseconds since the epoch, or undefined if it has none of the three forms.
 *
 * `now`, in the same unit, decides the century of a two-digit year.
 */
export function parseHttpDate(
  value: string | null,
  now: number,
): number | undefined {
  if (value === null) return undefined;
  const text = value.toLowerCase();
  const fixed = IMF_FIXDATE.exec(text)?.[1];
  if (fixed) return toTime(fixed);
  const ansi = ASCTIME_DATE.exec(text);
  if (ansi) {
    const [, month, day, time, year] = ansi;
    return toTime(`${day?.replace(' ', '0')} ${month} ${year} ${time}`);
  }
  const [, day, month, year, time] = RFC850_DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  return inCentury(Number(year), now, (full) =>
    toTime(`${day} ${month} ${full} ${time}`),
  );
}

/** The time as an IMF-fixdate, from milliseconds since the epoch. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/**
 * The time of a text like "18 aug 2050 02:01:18".
 *
 * Engines are lenient, and no two in the same way: what they make of it counts only if it reads the same when it is
 * written again. So there is no 31 February and no 24:00:00, and no year before 100 either.
 */
function toTime(text: string): number | undefined {
  // The second 60 is a leap second and allowed.
  const leap = text.endsWith(':60');
  const usual = leap ? text.replace(/60$/, '59') : text;
  const time = Date.parse(`${usual} gmt`);
  const again = formatHttpDate(time).slice(5, 25).toLowerCase();
  return again === usual ? time + (leap ? 1000 : 0) : undefined;
}

/**
 * "Recipients of a timestamp value in rfc850-date format, which uses a two-digit year, MUST interpret a timestamp that
 * appears to be more than 50 years in the future as representing the most recent year in the past that had the same last
 * two digits."
 */
function inCentury(
  twoDigits: number,
  now: number,
  at: (year: number) => number | undefined,
): number | undefined {
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  const century = Math.floor(limit.getUTCFullYear() / 100) * 100;
  const latest = at(century + twoDigits);
  if (latest !== undefined && latest <= limit.getTime()) return latest;
  return at(century - 100 + twoDigits);
}
