/** Dictionaries and lists of structured fields (RFC 8941), as far as caching fields use them. */

/** A bare item; tokens and byte sequences, which no caching field wants, are told from strings by their shape. */
export type Item = string | number | boolean | { readonly token: string };

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y;
const STRING = /"((?:[ !#-[\]-~]|\\["\\])*)"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~:/\w]*/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
const BOOLEAN = /\?([01])/y;

/** Reads one text from left to right; `read` moves on only when its pattern matches. */
class Reader {
  #position = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
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

/**
 * A dictionary's members without their parameters, or undefined if the text is not one (RFC 8941 section 4.2.2).
 *
 * The last of several equal keys counts.
 */
export function parseDictionary(
  text: string,
): Map<string, Item | Item[]> | undefined {
  const members = new Map<string, Item | Item[]>();
  const reader = new Reader(text.trim());
  while (!reader.done) {
    const key = reader.read(KEY)?.[0];
    if (key === undefined) return undefined;
    const value = reader.take('=') ? readMember(reader) : true;
    if (value === undefined || !skipParameters(reader)) return undefined;
    members.set(key, value);
    if (!readSeparator(reader)) return undefined;
  }
  return members;
}

/** The strings of a list without their parameters, or undefined if the text is not a list of strings (RFC 8941 section 4.2.1). */
export function parseStrings(text: string): string[] | undefined {
  const strings: string[] = [];
  const reader = new Reader(text.trim());
  while (!reader.done) {
    const item = readItem(reader);
    if (typeof item !== 'string' || !skipParameters(reader)) return undefined;
    strings.push(item);
    if (!readSeparator(reader)) return undefined;
  }
  return strings;
}

/** "If there is a trailing comma, fail parsing." */
function readSeparator(reader: Reader): boolean {
  reader.read(/[ \t]*/y);
  if (reader.done) return true;
  if (!reader.take(',')) return false;
  reader.read(/[ \t]*/y);
  return !reader.done;
}

function readMember(reader: Reader): Item | Item[] | undefined {
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
  const token = reader.read(TOKEN) ?? reader.read(BYTES);
  return token && { token: token[0] };
}

function skipParameters(reader: Reader): boolean {
  while (reader.take(';')) {
    reader.read(/ */y);
    if (!reader.read(KEY)) return false;
    if (reader.take('=') && readItem(reader) === undefined) return false;
  }
  return true;
}
