/** Makes tables and a picture of what was measured. */
import { readFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';

/** What all ratios are to. */
const BASE = 'workbox';

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

const median = (values) => quantile(values, 0.5);

/** The ratio of each round's medians. */
const ratios = (own, base) =>
  own.map((times, round) => median(times) / median(base[round]));

const sizeOf = (bytes) =>
  bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`;

function row(name, own, base) {
  const all = own.flat();
  const times = ratios(own, base);
  const spread = [0.25, 0.75].map((share) => quantile(times, share).toFixed(2));
  const cells = [
    median(all).toFixed(2),
    quantile(all, 0.95).toFixed(2),
    `**${median(times).toFixed(2)}** [${spread.join(' to ')}]`,
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function table(title, size, samples) {
  const base = samples[BASE];
  return [
    `### ${title}, ${sizeOf(Number(size))}`,
    '',
    '| contender | median ms | p95 ms | x Workbox [quartiles of rounds] |',
    '| --- | --- | --- | --- |',
    ...Object.entries(samples).map(([name, own]) => row(name, own, base)),
    '',
  ];
}

async function versionOf(name) {
  const file = new URL(
    `../../node_modules/${name}/package.json`,
    import.meta.url,
  );
  return `${name} ${JSON.parse(await readFile(file, 'utf8')).version}`;
}

/** The text of results.md. */
export async function report({ results, rounds, machine, sizes }) {
  const names = [
    'workbox-strategies',
    'workbox-expiration',
    'idb',
    'superstruct',
  ];
  const versions = await Promise.all(names.map(versionOf));
  return [
    '# What a hit costs',
    '',
    'Written by `npm run bench`; do not edit. All contenders in one run, in turns; ratios are taken round by round.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, ${rounds} rounds, ${machine}`,
    `- ${versions.join(', ')}`,
    '- `native`: the HTTP cache, no worker. `floor`: a worker that looks nothing up. `two-gets`: two reads of IndexedDB, nothing checked.',
    "- `mendbox-first-use` answers every hit from the disk and verifies every byte; `mendbox` does so once in a worker's life.",
    '- `mendbox-first-use, unchecked`: the same without the checks; such a build exists in the bench only. `again`: the same contender twice, which shows how far chance goes.',
    '',
    ...results.flatMap(({ title, samples }) =>
      Object.entries(samples).flatMap(([size, own]) => table(title, size, own)),
    ),
    '### The workers, minified',
    '',
    '| contender | KiB | brotli KiB |',
    '| --- | --- | --- |',
    ...Object.entries(sizes).map(([name, code]) => {
      const packed = brotliCompressSync(code).length;
      const cells = [code.length, packed].map((n) => (n / 1024).toFixed(1));
      return `| ${name} | ${cells.join(' | ')} |`;
    }),
    '',
  ].join('\n');
}

/** Whom the picture shows, and in which colour. */
const SHOWN = {
  workbox: '#9aa0a6',
  'workbox-expiration': '#c7cacd',
  'mendbox-first-use': '#7fb5a0',
  mendbox: '#1b7f5c',
};

/** Pixels of a ratio of 1, and where the bars begin. */
const UNIT = 180;
const LEFT = 330;
const BAR = 13;

/** Bars of the ratios to Workbox; shorter is faster. */
export function picture(results) {
  const groups = results.flatMap(({ title, samples }) =>
    Object.entries(samples).map(([size, own]) => ({
      label: `${title}, ${sizeOf(Number(size))}`,
      bars: Object.keys(SHOWN).map((name) => ({
        name,
        ratio: median(ratios(own[name], own[BASE])),
      })),
    })),
  );
  const step = BAR * Object.keys(SHOWN).length + 14;
  const height = 50 + groups.length * step;
  const parts = groups.map(({ label, bars }, at) => {
    const top = 44 + at * step;
    const drawn = bars.map(({ name, ratio }, line) => {
      const y = top + line * BAR;
      const width = Math.round(ratio * UNIT);
      return `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" fill="${SHOWN[name]}"/><text x="${LEFT + width + 5}" y="${y + 10}" font-size="10">${ratio.toFixed(2)}</text>`;
    });
    return `<text x="${LEFT - 10}" y="${top + step / 2 - 4}" text-anchor="end">${label}</text>${drawn.join('')}`;
  });
  const legend = Object.entries(SHOWN).map(
    ([name, colour], at) =>
      `<rect x="${20 + at * 175}" y="14" width="12" height="12" fill="${colour}"/><text x="${38 + at * 175}" y="24">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="${height}" font-family="sans-serif" font-size="11" fill="#333"><title>Time of a hit, x Workbox CacheFirst; shorter is faster</title><rect width="800" height="${height}" fill="#fff"/>${[...legend, ...parts].join('')}</svg>\n`;
}
