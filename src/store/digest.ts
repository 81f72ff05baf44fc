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
const SEEDS = [0, 0x6d656e64] as const;

/** Bytes of one slice: each slice of a large body has a digest of its own, so it can be verified before it is handed out. */
export const SLICE_BYTES = 512 * 1024;

/** Characters of one digest in its text form. */
export const DIGEST_CHARS = 16;

const round = (lane: number, word: number): number => {
  const sum = (lane + Math.imul(word, PRIME_2)) | 0;
  return Math.imul((sum << 13) | (sum >>> 19), PRIME_1);
};

const rotate = (value: number, bits: number): number =>
  (value << bits) | (value >>> (32 - bits));

function stripes(words: Int32Array, end: number, seed: number): number {
  let a = (seed + PRIME_1 + PRIME_2) | 0;
  let b = (seed + PRIME_2) | 0;
  let c = seed | 0;
  let d = (seed - PRIME_1) | 0;
  for (let at = 0; at < end; at += 4) {
    a = round(a, words[at]!);
    b = round(b, words[at + 1]!);
    c = round(c, words[at + 2]!);
    d = round(d, words[at + 3]!);
  }
  return (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
}

function avalanche(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 15), PRIME_2);
  h = Math.imul(h ^ (h >>> 13), PRIME_3);
  return (h ^ (h >>> 16)) >>> 0;
}

/** XXH32 of the bytes (little-endian hosts, which is what every browser runs on). */
export function xxh32(bytes: Uint8Array<ArrayBuffer>, seed = 0): number {
  const { buffer, byteOffset, byteLength: length } = bytes;
  const aligned = byteOffset % 4 === 0 ? bytes : bytes.slice();
  const count = length >>> 2;
  const words = new Int32Array(
    aligned === bytes ? buffer : aligned.buffer,
    aligned.byteOffset,
    count,
  );
  const striped = length >= 16 ? count & ~3 : 0;
  let hash = striped ? stripes(words, striped, seed) : (seed + PRIME_5) | 0;
  hash = (hash + length) | 0;
  for (let at = striped; at < count; at++) {
    hash = (hash + Math.imul(words[at]!, PRIME_3)) | 0;
    hash = Math.imul(rotate(hash, 17), PRIME_4);
  }
  for (let at = count << 2; at < length; at++) {
    hash = (hash + Math.imul(aligned[at]!, PRIME_5)) | 0;
    hash = Math.imul(rotate(hash, 11), PRIME_1);
  }
  return avalanche(hash);
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** The digest of the bytes as 16 hexadecimal characters. */
export function digest(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): string {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  return hex(xxh32(view, SEEDS[0])) + hex(xxh32(view, SEEDS[1]));
}

/** The digests of the slices of a buffer, joined; `size` is the length of a slice, in bytes. */
export function digestsOf(buffer: ArrayBuffer, size = SLICE_BYTES): string {
  const { byteLength } = buffer;
  let digests = '';
  for (let at = 0; at < byteLength; at += size)
    digests += digest(
      new Uint8Array(buffer, at, Math.min(size, byteLength - at)),
    );
  return digests;
}

const encoder = new TextEncoder();

/** The digest of a text's UTF-8 bytes. */
export function digestText(text: string): string {
  return digest(encoder.encode(text));
}
