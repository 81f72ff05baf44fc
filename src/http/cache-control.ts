/** Cache-Control and its directives (RFC 9111 sections 1.2.2 and 5.2). */

/** Directive names in lower case; `true` stands for a directive without an argument. */
export type Directives = ReadonlyMap<string, string | true>;

/**
 * "the cache MUST consider the value to be 2147483648 (2^31)": RFC 9111 section 1.2.2 on values greater than a cache
 * can represent.
 */
const MAX_DELTA_SECONDS = 2 ** 31;

const NONE: Directives = new Map();

const DIRECTIVE =
  /^([!#$%&'*+\-.^_`|~\w]+)(?:=(?:([!#$%&'*+\-.^_`|~\w]+)|"((?:[^"\\]|\\[^])*)"))?$/;
const LEADING_TOKEN = /^[!#$%&'*+\-.^_`|~\w]+/;

/**
 * The directives of a Cache-Control field value (RFC 9111 section 5.2); never throws.
 *
 * The first of several equal names counts, except that every `no-cache` does. A malformed element keeps its name, so that
 * a mistyped `no-store` still forbids, and stands whole as its own argument, so that a mistyped `max-age` is invalid
 * rather than absent.
 */
export function parseCacheControl(value: string | null): Directives {
  if (value === null || value === '') return NONE;
  const directives = new Map<string, string | true>();
  for (const element of elements(value)) {
    const directive = parseDirective(element.trim());
    if (directive) add(directives, ...directive);
  }
  return directives;
}

/**
 * The text between the commas, of which those inside quoted strings do not count.
 *
 * A quoted string that never ends is no string, so that nothing hides behind a stray quote. One pass, since the field
 * is the origin's to choose and the worker's time is the page's.
 */
function elements(value: string): string[] {
  const found: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === '\\') at += 1;
    else if (!isQuoted && character === ',') {
      found.push(value.slice(start, at));
      start = at + 1;
    }
  }
  const rest = value.slice(start);
  return isQuoted ? [...found, ...rest.split(',')] : [...found, rest];
}

function add(
  directives: Map<string, string | true>,
  name: string,
  argument: string | true,
): void {
  const before = directives.get(name);
  // "When there is more than one value present for a given directive [...], either the first occurrence should be used or
  // the response should be considered stale." (section 4.2.1)
  if (before === undefined) directives.set(name, argument);
  if (before === undefined || name !== 'no-cache') return;
  // "the most restrictive directive should be honored"
  const unqualified = before === true || argument === true;
  directives.set(name, unqualified ? true : `${before},${argument}`);
}

function parseDirective(
  element: string,
): [name: string, argument: string | true] | undefined {
  const whole = DIRECTIVE.exec(element);
  if (whole) {
    // "To be compared case-insensitively" (section 5.2)
    const name = (whole[1] ?? '').toLowerCase();
    const argument = whole[2] ?? whole[3]?.replace(/\\([^])/g, '$1') ?? true;
    return [name, argument];
  }
  const token = LEADING_TOKEN.exec(element)?.[0];
  if (token === undefined) return undefined;
  return [token.toLowerCase(), element];
}

/**
 * A directive's argument in seconds, clamped to 2^31; undefined if absent or not delta-seconds (RFC 9111 section
 * 1.2.2).
 */
export function deltaSeconds(
  value: string | true | undefined,
): number | undefined {
  if (typeof value !== 'string' || !/^[0-9]+$/.test(value)) return undefined;
  return Math.min(Number(value), MAX_DELTA_SECONDS);
}
