/** HTTP dates (RFC 9110 section 5.6.7). */

const MONTHS = [
  'jan',
  'feb',
  'mar',
  'apr',
  'may',
  'jun',
  'jul',
  'aug',
  'sep',
  'oct',
  'nov',
  'dec',
];

// "a cache recipient SHOULD match the field value case-insensitively" (RFC 9111 section 4.2)
const IMF_FIXDATE =
  /^(?:mon|tue|wed|thu|fri|sat|sun), (?<day>\d\d) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) gmt$/i;
const RFC850_DATE =
  /^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) gmt$/i;
const ASCTIME_DATE =
  /^(?:mon|tue|wed|thu|fri|sat|sun) (?<month>[a-z]{3}) (?<day>\d\d| \d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/i;

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
  const groups = (
    IMF_FIXDATE.exec(value) ??
    RFC850_DATE.exec(value) ??
    ASCTIME_DATE.exec(value)
  )?.groups;
  if (!groups) return undefined;
  const { day = '', month = '', year = '', time = '' } = groups;
  const at = (fullYear: number): number | undefined =>
    toTime(fullYear, MONTHS.indexOf(month.toLowerCase()), Number(day), time);
  return year.length === 2
    ? inCentury(Number(year), now, at)
    : at(Number(year));
}

/** The time as an IMF-fixdate, from milliseconds since the epoch. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/** Undefined for what no calendar or clock shows, such as 31 February or 24:00:00. */
function toTime(
  year: number,
  month: number,
  day: number,
  time: string,
): number | undefined {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  // The second 60 is a leap second and allowed.
  if (month < 0 || hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  // Date.UTC would take the year 50 for 1950.
  date.setUTCFullYear(year, month, day);
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) {
    return undefined;
  }
  return date.setUTCHours(hour, minute, second);
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
