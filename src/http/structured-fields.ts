/** Lists and dictionaries of structured fields (RFC 9651), as far as caching fields use them. */

/** A bare item; what no caching field wants (tokens, byte sequences, dates) is told from strings by its shape. */
export type Item = string | number | boolean | { readonly token: string };

/** An item or an inner list, without parameters. */
export type Member = Item | Item[];

/** A number, a string, a boolean, or what is none of them: a token, byte sequence, date or display string. */
const ITEM =
  /(-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.]))|"((?:[ !#-[\]-~]|\\["\\])*)"|\?([01])|([A-Za-z*][!#$%&'*+\-.^_`|~:/\w]*|:[A-Za-z0-9+/=]*:|@-?\d{1,15}(?![\d.])|%"[ !#-~]*")/y;
const KEY = /[a-z*][a-z0-9_.*-]*/y;
const COMMA = /[ \t]*(?:,[ \t]*(?!$)|$)/y;

/** Reads what a pattern matches next in one text; where it matches nothing the next one begins at the same place. */
type Read = (pattern: RegExp) => RegExpExecArray | null;

/**
 * The strings of a list without their parameters, or undefined if the text is not a list of strings (RFC 9651 section
 * 4.2.1).
 */
export function parseStrings(text: string): string[] | undefined {
  return readAll(text, (read) => {
    const item = readItem(read);
    return typeof item === 'string' ? item : undefined;
  });
}

/**
 * A dictionary's members, or undefined if the text is not one (RFC 9651 section 4.2.2); the last of several equal keys
 * counts.
 */
export function parseDictionary(text: string): Map<string, Member> | undefined {
  const members = readAll(text, (read) => {
    const key = read(KEY)?.[0];
    const value = read(/=/y) ? readMember(read) : true;
    return key === undefined || value === undefined
      ? undefined
      : ([key, value] as const);
  });
  return members && new Map(members);
}

/** All members between the commas, each with its parameters left out. */
function readAll<T>(
  text: string,
  readOne: (read: Read) => T | undefined,
): T[] | undefined {
  const members: T[] = [];
  const all = text.trim();
  let at = 0;
  const read: Read = (pattern) => {
    pattern.lastIndex = at;
    const match = pattern.exec(all);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < all.length) {
    const member = readOne(read);
    if (member === undefined || !skipParameters(read)) return undefined;
    members.push(member);
    // "If there is a trailing comma, fail parsing."
    if (!read(COMMA)) return undefined;
  }
  return members;
}

function readMember(read: Read): Member | undefined {
  if (!read(/\( */y)) return readItem(read);
  const items: Item[] = [];
  while (!read(/\)/y)) {
    const item = readItem(read);
    if (item === undefined || !skipParameters(read)) return undefined;
    items.push(item);
    // "If the next character is not SP or ")", fail parsing."
    if (!read(/ +|(?=\))/y)) return undefined;
  }
  return items;
}

function readItem(read: Read): Item | undefined {
  const [, number, string, boolean, token] = read(ITEM) ?? [];
  if (number !== undefined) return Number(number);
  if (string !== undefined) return string.replace(/\\(.)/g, '$1');
  if (boolean !== undefined) return boolean === '1';
  return token === undefined ? undefined : { token };
}

function skipParameters(read: Read): boolean {
  while (read(/; */y)) {
    if (!read(KEY)) return false;
    if (read(/=/y) && readItem(read) === undefined) return false;
  }
  return true;
}
