/**
 * What a hit costs: `npm run bench` (all of it), or `npm run bench -- warm first-use --rounds 8`.
 *
 * Every contender is a worker on an origin of its own. They take turns in every round, in an order of its own, and ratios
 * are taken round by round, so that what else the machine does falls on all of them alike. No hit may reach the origin,
 * or the run fails.
 * Writes results.md and results.svg beside this file.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { start } from './browser.mjs';
import { bundle } from './bundle.mjs';
import { serve } from './origin.mjs';
import { picture, report } from './report.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const KiB = 1024;

/** How a contender differs from the worker of its name; `native` has no worker and answers from the HTTP cache. */
const contenders = {
  native: { worker: undefined },
  floor: { loose: true },
  'two-gets': {},
  workbox: {},
  'workbox-expiration': {},
  mendbox: {},
  'mendbox-first-use': {},
  'mendbox-first-use, again': { worker: 'mendbox-first-use' },
  'mendbox-first-use, unchecked': {
    worker: 'mendbox-first-use',
    isChecked: false,
  },
};

const upTo = (count) => Array.from({ length: count }, (_, id) => id);

/** How long a page's HTML takes from an origin that is not on the same machine, in milliseconds. */
const AWAY_MS = 50;

async function load({ page, origin, loose }, size, awayMs) {
  await page.stopWorkers();
  const query = `?load=${size}&away=${awayMs}${loose ? '&loose' : ''}`;
  await page.goto(origin.url + query);
  return [await page.evaluate('bench.loaded')];
}

/** One page load that nobody measures; a worker has noted what it asked for when half a second has brought nothing new. */
async function loadOnce(contender, size) {
  await load(contender, size, 0);
  await setTimeout(1_000);
}

/** What is measured: the sizes, how many of each are stored, and one round of one contender. */
const experiments = {
  warm: {
    title: 'one hit after the other',
    sizes: { [KiB]: 40, [16 * KiB]: 30, [100 * KiB]: 20, [1024 * KiB]: 8 },
    async round({ page }, size, count) {
      const ids = JSON.stringify(upTo(count));
      await page.evaluate(`bench.each(${size}, ${ids})`);
      return page.evaluate(`bench.each(${size}, ${ids})`);
    },
  },
  fifty: {
    title: 'fifty hits at once',
    sizes: { [KiB]: 50, [16 * KiB]: 50, [100 * KiB]: 50 },
    async round({ page }, size, count) {
      const work = `bench.together(${size}, ${JSON.stringify(upTo(count))})`;
      await page.evaluate(work);
      return [await page.evaluate(work), await page.evaluate(work)];
    },
  },
  'cold-first': {
    title: 'the first hit of a stopped worker',
    sizes: { [16 * KiB]: 50 },
    async round({ page }, size) {
      await page.stopWorkers();
      return page.evaluate(`bench.each(${size}, [7])`);
    },
  },
  'cold-fifty': {
    title: 'fifty hits at once on a stopped worker',
    sizes: { [16 * KiB]: 50 },
    async round({ page }, size, count) {
      await page.stopWorkers();
      const work = `bench.together(${size}, ${JSON.stringify(upTo(count))})`;
      return [await page.evaluate(work)];
    },
  },
  load: {
    title: 'a page load on a stopped worker',
    sizes: { [16 * KiB]: 50 },
    before: loadOnce,
    round: (contender, size) => load(contender, size, 0),
  },
  'load-away': {
    title: `a page load, the HTML ${AWAY_MS} ms away`,
    sizes: { [16 * KiB]: 50 },
    before: loadOnce,
    round: (contender, size) => load(contender, size, AWAY_MS),
  },
};

/** Opens a page and registers a worker for each contender. */
async function prepare(browser, names) {
  const page = await readFile(path.join(here, 'page.html'), 'utf8');
  const all = [];
  for (const name of names) {
    const { worker = name, isChecked = true, loose } = contenders[name];
    const hasWorker = name !== 'native';
    const code = hasWorker ? await bundle(worker, isChecked) : '';
    const origin = await serve(page, code);
    const url = `${origin.url}${loose ? '?loose' : ''}`;
    const own = await browser.open(url);
    if (hasWorker) await own.evaluate('bench.control()');
    all.push({ name, page: own, origin, loose, hasWorker, code });
  }
  return all;
}

/** Stores what will be hit, ten at a time, and lets the worker write it. */
async function fill({ page, hasWorker }, sizes) {
  for (const [size, count] of Object.entries(sizes))
    for (const id of upTo(Math.ceil(count / 10))) {
      const ids = upTo(count).slice(id * 10, id * 10 + 10);
      await page.evaluate(`bench.together(${size}, ${JSON.stringify(ids)})`);
    }
  if (hasWorker) await page.evaluate('bench.flushed()');
}

/** One round of one contender; throws when a hit was none. */
async function measure(contender, { round }, size, count) {
  const { origin, name } = contender;
  const before = origin.count;
  const times = await round(contender, Number(size), count);
  if (origin.count !== before)
    throw new Error(`${name}: ${origin.count - before} hits were none`);
  return times;
}

/**
 * In another order each time: what one contender goes on with behind its answers, as ExpirationPlugin does, falls on the
 * one after it.
 */
function shuffled(all) {
  const left = [...all];
  return all.map(() => left.splice(randomInt(left.length), 1)[0]);
}

async function run(all, experiment, rounds) {
  const { sizes, before } = experiment;
  for (const contender of all) {
    await fill(contender, sizes);
    for (const size of Object.keys(sizes)) await before?.(contender, size);
  }
  const none = () => Object.fromEntries(all.map(({ name }) => [name, []]));
  const samples = {};
  for (let round = 0; round < rounds; round++)
    for (const [size, count] of Object.entries(sizes))
      for (const contender of shuffled(all)) {
        const times = await measure(contender, experiment, size, count);
        (samples[size] ??= none())[contender.name].push(times);
      }
  return samples;
}

function options() {
  const words = process.argv.slice(2);
  const at = words.indexOf('--rounds');
  const rounds = at < 0 ? 12 : Number(words.splice(at, 2)[1]);
  return { rounds, names: words.length > 0 ? words : Object.keys(experiments) };
}

const { rounds, names } = options();
const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
const browser = await start(folder);
const all = await prepare(browser, Object.keys(contenders));
const results = [];
try {
  for (const name of names) {
    const { title } = experiments[name];
    console.log(`${title} ...`);
    const samples = await run(all, experiments[name], rounds);
    results.push({ name, title, samples });
  }
} finally {
  await browser.close();
  for (const { origin } of all) origin.close();
  await rm(folder, { recursive: true, force: true });
}
const sizes = Object.fromEntries(
  all.filter(({ code }) => code).map(({ name, code }) => [name, code]),
);
const machine = `${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}, ${browser.version} headless, load ${loadavg()[0].toFixed(1)}`;
const text = await report({ results, rounds, machine, sizes });
await writeFile(path.join(here, 'results.md'), text);
await writeFile(path.join(here, 'results.svg'), picture(results));
console.log(text);
