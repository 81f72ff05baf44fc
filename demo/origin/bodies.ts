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

/** Glazed hills under a moon, 1024 by 3072 pixels of four bytes; a slice of 1 MiB is 256 rows. */
function picture(): Buffer {
  const [width, height] = [1024, 3072];
  const pixels = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const ridge = Math.floor(
        (y - 900 + 90 * Math.sin(x / 97 + y / 700) + 60 * Math.sin(x / 41)) /
          260,
      );
      const depth = Math.max(0, Math.min(8, ridge)) / 8;
      const moon = Math.hypot(x - 700, y - 420) < 170 ? 60 : 0;
      const grain = ((x * 7 + y * 13) ^ (x * y)) & 7;
      const at = (y * width + x) * 4;
      pixels[at] = 213 - 150 * depth + moon * 0.6 + grain;
      pixels[at + 1] = 226 - 120 * depth + moon * 0.3 + grain;
      pixels[at + 2] = 218 - 125 * depth - moon * 0.6 + grain;
    }
  return pixels;
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
