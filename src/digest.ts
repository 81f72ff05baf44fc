/**
 * The digest that guards stored bytes: XXH32 run twice, with two seeds, in one pass (64 bits).
 *
 * It finds accidents (a flipped bit, a lost block, a torn write), not forgeries: a script of the same origin can write
 * whatever it likes. Plain JavaScript, because crypto.subtle blocks the thread as long and costs 4 to 20 times more,
 * and WebAssembly needs an exception in the page's Content-Security-Policy.
 */

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
/** The two seeds: none, and "mend". */
const SEED_1 = 0;
const SEED_2 = 0x6d656e64;

const { imul } = Math;

const rotate = (value: number, bits: number): number =>
  (value << bits) | (value >>> (32 - bits));

/**
 * The sums of all whole stripes, for both seeds. Four lanes each, written out: the first bytes of a worker's life are
 * digested before the engine has compiled anything, and a call a word would then cost more than all the rest.
 */
function stripes(words: Int32Array, end: number): [number, number] {
  let a = (SEED_1 + PRIME_1 + PRIME_2) | 0;
  let b = (SEED_1 + PRIME_2) | 0;
  let c = SEED_1 | 0;
  let d = (SEED_1 - PRIME_1) | 0;
  let e = (SEED_2 + PRIME_1 + PRIME_2) | 0;
  let f = (SEED_2 + PRIME_2) | 0;
  let g = SEED_2 | 0;
  let h = (SEED_2 - PRIME_1) | 0;
  for (let at = 0; at < end; at += 4) {
    let word = imul(words[at]!, PRIME_2);
    a = (a + word) | 0;
    a = imul((a << 13) | (a >>> 19), PRIME_1);
    e = (e + word) | 0;
    e = imul((e << 13) | (e >>> 19), PRIME_1);
    word = imul(words[at + 1]!, PRIME_2);
    b = (b + word) | 0;
    b = imul((b << 13) | (b >>> 19), PRIME_1);
    f = (f + word) | 0;
    f = imul((f << 13) | (f >>> 19), PRIME_1);
    word = imul(words[at + 2]!, PRIME_2);
    c = (c + word) | 0;
    c = imul((c << 13) | (c >>> 19), PRIME_1);
    g = (g + word) | 0;
    g = imul((g << 13) | (g >>> 19), PRIME_1);
    word = imul(words[at + 3]!, PRIME_2);
    d = (d + word) | 0;
    d = imul((d << 13) | (d >>> 19), PRIME_1);
    h = (h + word) | 0;
    h = imul((h << 13) | (h >>> 19), PRIME_1);
  }
  return [merged(a, b, c, d), merged(e, f, g, h)];
}

const merged = (a: number, b: number, c: number, d: number): number =>
  (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;

function avalanche(hash: number): number {
  let h = hash;
  h = imul(h ^ (h >>> 15), PRIME_2);
  h = imul(h ^ (h >>> 13), PRIME_3);
  return (h ^ (h >>> 16)) >>> 0;
}

/** What follows the whole stripes: the length, single words and single bytes. */
function finished(
  sum: number,
  words: Int32Array,
  bytes: Uint8Array,
  striped: number,
): number {
  const { length } = bytes;
  let hash = (sum + length) | 0;
  for (let at = striped; at < words.length; at++) {
    hash = (hash + imul(words[at]!, PRIME_3)) | 0;
    hash = imul(rotate(hash, 17), PRIME_4);
  }
  for (let at = words.length << 2; at < length; at++) {
    hash = (hash + imul(bytes[at]!, PRIME_5)) | 0;
    hash = imul(rotate(hash, 11), PRIME_1);
  }
  return avalanche(hash);
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** The digest of the bytes as 16 hexadecimal characters (little-endian hosts, which is what every browser runs on). */
export function digest(view: Uint8Array<ArrayBuffer>): string {
  // A view of words must begin at one.
  const bytes = view.byteOffset % 4 === 0 ? view : view.slice();
  const { buffer, byteOffset, length } = bytes;
  const words = new Int32Array(buffer, byteOffset, length >>> 2);
  const striped = length >= 16 ? words.length & ~3 : 0;
  const [first, second] = striped
    ? stripes(words, striped)
    : [(SEED_1 + PRIME_5) | 0, (SEED_2 + PRIME_5) | 0];
  return (
    hex(finished(first, words, bytes, striped)) +
    hex(finished(second, words, bytes, striped))
  );
}

const encoder = new TextEncoder();

/** The digest of a text's UTF-8 bytes. */
export function digestText(text: string): string {
  return digest(encoder.encode(text));
}
