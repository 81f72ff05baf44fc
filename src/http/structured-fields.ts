/** Lists and dictionaries of structured fields (RFC 9651), as far as caching fields use them. */

/** A bare item; what no caching field wants (tokens, byte sequences, dates) is told from strings by its shape. */
export type Item = string | number | boolean | { readonly token: string };

/** An item or an inner list, without parameters. */
export type Member = Item | Item[];

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y;
const STRING = /"((?:[ !#-[\]-~]|\\["\\])*)"/y;
const BOOLEAN = /\?([01])/y;
/** Tokens, byte sequences, dates and display strings. */
const OTHER =
  /[A-Za-z*][!#$%&'*+\-.^_`|~:/\w]*|:[A-Za-z0-9+/=]*:|@-?\d{1,15}(?![\d.])|%"[ !#-~]*"/y;

/** Reads one text from left to right; `read` moves on only when its pattern matches. */
class Reader {
  #position = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.trim();
  }

  get done(): boolean {
    return this.#position >= this.#text.length;
  }

  read(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match) this.#position = pattern.lastIndex;
    return match ?? undefined;
  }

  take(character: string): boolean {
    const found = this.#text.startsWith(character, this.#position);
    if (found) this.#position += 1;
    return found;
  }
}

/** The strings of a list without their parameters, or undefined if the text is not a list of strings (RFC 9651 section 4.2.1). */
export function parseStrings(text: string): string[] | undefined {
  return readAll(text, (reader) => {
    const item = readItem(reader);
    return typeof item === 'string' ? item : undefined;
  });
}

/** A dictionary's members, or undefined if the text is not one (RFC 9651 section 4.2.2); the last of several equal keys counts. */
export function parseDictionary(text: string): Map<string, Member> | undefined {
  const members = readAll(text, (reader) => {
    const key = reader.read(KEY)?.[0];
    const value = reader.take('=') ? readMember(reader) : true;
    return key === undefined || value === undefined
      ? undefined
      : ([key, value] as const);
  });
  return members && new Map(members);
}

/** All members between the commas, each with its parameters left out. */
function readAll<T>(
  text: string,
  readOne: (reader: Reader) => T | undefined,
): T[] | undefined {
  const members: T[] = [];
  const reader = new Reader(text);
  while (!reader.done) {
    const member = readOne(reader);
    if (member === undefined || !skipParameters(reader)) return undefined;
    members.push(member);
    if (!readSeparator(reader)) return undefined;
  }
  return members;
}

/** "If there is a trailing comma, fail parsing." */
function readSeparator(reader: Reader): boolean {
  reader.read(/[ \t]*/y);
  if (reader.done) return true;
  if (!reader.take(',')) return false;
  reader.read(/[ \t]*/y);
  return !reader.done;
}

function readMember(reader: Reader): Member | undefined {
  if (!reader.take('(')) return readItem(reader);
  const items: Item[] = [];
  for (;;) {
    const gap = reader.read(/ +/y) !== undefined;
    if (reader.take(')')) return items;
    if (items.length > 0 && !gap) return undefined;
    const item = readItem(reader);
    if (item === undefined || !skipParameters(reader)) return undefined;
    items.push(item);
  }
}

function readItem(reader: Reader): Item | undefined {
  const number = reader.read(NUMBER);
  if (number) return Number(number[0]);
  const string = reader.read(STRING);
  if (string) return (string[1] ?? '').replace(/\\(.)/g, '$1');
  const boolean = reader.read(BOOLEAN);
  if (boolean) return boolean[1] === '1';
  const other = reader.read(OTHER);
  return other && { token: other[0] };
}

function skipParameters(reader: Reader): boolean {
  while (reader.take(';')) {
    reader.read(/ */y);
    if (!reader.read(KEY)) return false;
    if (reader.take('=') && readItem(reader) === undefined) return false;
  }
  return true;
}
