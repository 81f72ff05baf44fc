/**
 * The bytes of each resource. They are the same in every run, so a digest is
 * worth something.
 */
import type { ResourceName } from '../resources.js';

/** Numbers below 2^32 that look random and are always the same (xorshift32). */
function* numbers(seed: number): Generator<number, never> {
  for (let x = seed; ;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

const LARGE_BYTES = 5 * 1024 * 1024;

function large(): Buffer {
  const words = new Uint32Array(LARGE_BYTES / 4);
  const source = numbers(0x6d656e64);
  for (let at = 0; at < words.length; at++) words[at] = source.next().value;
  return Buffer.from(words.buffer);
}

/** Glazed hills under a moon, 2048 by 1536 pixels of four bytes; a slice of 512 KiB is 64 rows, the first one 8. */
function picture(): Buffer {
  const [width, height] = [2048, 1536];
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const waves = 70 * Math.sin(x / 260 + y / 300) + 35 * Math.sin(x / 97);
      const ridge = Math.ceil((y - 560 + waves) / 170);
      const depth = Math.max(0, Math.min(6, ridge)) / 6;
      const isMoon = depth === 0 && Math.hypot(x - 1450, y - 270) < 130;
      const grain = Math.imul(x * 31 + y, y * 17 + x) & 7;
      const at = (y * width + x) * 4;
      pixels[at] = (isMoon ? 243 : 205 - 176 * depth) + grain;
      pixels[at + 1] = (isMoon ? 214 : 222 - 132 * depth) + grain;
      pixels[at + 2] = (isMoon ? 138 : 212 - 134 * depth) + grain;
    }
  return Buffer.from(pixels.buffer);
}

function json(): string {
  const source = numbers(7);
  const readings = Array.from({ length: 24 }, (_, hour) => ({
    hour,
    level: (source.next().value % 4000) / 100,
  }));
  return JSON.stringify({ station: 'Kanazawa', unit: 'cm', readings }, null, 1);
}

/** A crack that wanders down from the rim; every third bend grows a branch. */
function crack(source: Generator<number, never>, x: number): string {
  const draw = (span: number) => (source.next().value % span) - span / 2;
  let path = `M${x} 64`;
  let branches = '';
  let at = x;
  for (let y = 84, bend = 1; y < 158; y += 17, bend++) {
    at += (160 - at) * 0.18 + draw(26);
    path += `L${at.toFixed(1)} ${y}`;
    if (bend % 2 === 0)
      branches += `M${at.toFixed(1)} ${y}l${draw(70)} ${14 + (source.next().value % 12)}`;
  }
  return path + branches;
}

/** A celadon bowl, broken once and joined with gold. */
function bowl(): string {
  const source = numbers(1707);
  const seams = [92, 148, 176, 232].map((x) => crack(source, x)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200" width="320" height="200">
<defs>
<linearGradient id="g" x1="0" x2="1" y2=".25"><stop stop-color="#d5e6dc"/><stop offset=".55" stop-color="#9cc3b2"/><stop offset="1" stop-color="#5f9584"/></linearGradient>
<clipPath id="b"><path d="M56 62C58 128 108 168 160 168S262 128 264 62Z"/></clipPath>
</defs>
<path d="M128 164h64l8 20h-80z" fill="#4f8272"/>
<path d="M56 62C58 128 108 168 160 168S262 128 264 62Z" fill="url(#g)"/>
<g clip-path="url(#b)"><path d="${seams}" fill="none" stroke="#c8961e" stroke-width="3.2" stroke-linejoin="round" stroke-linecap="round"/></g>
<ellipse cx="160" cy="62" rx="104" ry="17" fill="#3c6b5d"/>
<ellipse cx="160" cy="62" rx="104" ry="17" fill="none" stroke="#e6f1ea" stroke-width="3"/>
</svg>
`;
}

const SCRIPT = `// Runs the same whether it came from the origin or was mended on the way.
export const seams = (cracks) =>
  cracks.map((crack) => ({ ...crack, filledWith: 'gold' }));
`;

const STYLE = `.bowl {
  background: radial-gradient(#d5e6dc, #5f9584);
  border-radius: 12% 12% 50% 50%;
  outline: 2px solid #c8961e;
}
`;

const SLOW = `This took the origin one and a half seconds.
The stored copy takes about one and a half milliseconds.
`;

const PRIVATE = `For your eyes only: no cache may keep a copy of this line.
`;

const makers: Readonly<Record<ResourceName, () => string | Buffer>> = {
  json,
  image: bowl,
  script: () => SCRIPT,
  style: () => STYLE,
  large,
  slow: () => SLOW,
  nostore: () => PRIVATE,
  picture,
};

const made = new Map<ResourceName, Buffer>();

/** The bytes of a resource, made when they are asked for first. */
export function bodyOf(name: ResourceName): Buffer {
  const known = made.get(name);
  if (known) return known;
  const body = Buffer.from(makers[name]());
  made.set(name, body);
  return body;
}
