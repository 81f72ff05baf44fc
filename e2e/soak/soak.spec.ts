import type { CDPSession } from '@playwright/test';
import { App, expect, test } from '../fixtures.js';
import { damages } from '../heal/faults.js';
import { installBench } from '../page.js';
import { Judge, type Verdict } from './judge.js';
import { pause, random, SCRIPTS, serveAll, URLS } from './origin.js';
import { installSoak, type Asked, type Way } from './page.js';

/** Ends when both are reached: so many requests, and so many seconds. */
const requests = Number(process.env['SOAK_REQUESTS'] ?? 1_000);
const seconds = Number(process.env['SOAK_SECONDS'] ?? 5);
/** Then it ends in any case, in seconds. */
const limit = Number(process.env['SOAK_LIMIT'] ?? 90);
const seed = Number(process.env['SOAK_SEED'] ?? Date.now() % 2 ** 31);

const PAGES = 3;
const BATCH = 150;

interface Counts {
  requests: number;
  hits: number;
  healed: number;
  damaged: number;
  kills: number;
  swaps: number;
  /** As their worker was killed; asked again they were answered. */
  cut: number;
  /** The origin's own bad answers. */
  origin: number;
  torn: number;
  /** Wrong by the browser's own doing: no worker answered. */
  alone: number;
  wrong: string[];
  failed: string[];
}

/** What all that goes on at once shares. */
interface Soak {
  readonly judge: Judge;
  readonly counts: Counts;
  readonly rand: () => number;
  goesOn(): boolean;
}

function way(chance: number): Way {
  if (chance < 0.82) return 'plain';
  if (chance < 0.86) return 'no-cache';
  if (chance < 0.9) return 'reload';
  if (chance < 0.95) return 'range';
  return chance < 0.98 ? 'head' : 'post';
}

function note(counts: Counts, verdict: Verdict): void {
  counts.requests++;
  if (verdict === 'right') return;
  if (typeof verdict === 'string') counts[verdict]++;
  else if ('wrong' in verdict) counts.wrong.push(verdict.wrong);
  else counts.failed.push(verdict.failed);
}

/** Asks, judges, and asks again what a killed worker took with it. */
async function ask(app: App, soak: Soak, all: readonly Asked[]): Promise<void> {
  const { judge, counts } = soak;
  const answers = await app.page.evaluate(
    (asked) => window.soaking.ask(asked),
    all,
  );
  const again: Asked[] = [];
  for (const [at, asked] of all.entries()) {
    const got = answers[at];
    if (!got) continue;
    if (got.cacheStatus.startsWith('mendbox; hit')) counts.hits++;
    if (got.cacheStatus.includes('healed-')) counts.healed++;
    const verdict = judge.judge(asked, got);
    note(counts, verdict);
    if (verdict === 'cut') again.push({ ...asked, id: `${asked.id}+` });
  }
  if (again.length > 0) await ask(app, soak, again);
}

async function run(app: App, soak: Soak, paths: string[]): Promise<void> {
  const start = Date.now();
  const ran = await app.page.evaluate((all) => window.soaking.run(all), paths);
  const within = { start, end: Date.now() };
  for (const each of ran)
    note(soak.counts, soak.judge.judgeScript(each, within));
}

/** One page: batches of fetches and scripts, until the end. */
async function roam(app: App, soak: Soak, name: number): Promise<void> {
  const paths = Array.from(
    { length: SCRIPTS },
    (_, n) => `/soak-script/${name}/${n}`,
  );
  let count = 0;
  while (soak.goesOn()) {
    const all = Array.from({ length: BATCH }, () => ({
      n: Math.floor(soak.rand() * URLS),
      way: way(soak.rand()),
      id: `${name}-${count++}`,
    }));
    await Promise.all([ask(app, soak, all), run(app, soak, paths)]);
  }
}

const rows = damages.filter(({ form }) => form !== 'none');

/** Damages stored pairs, some at a time, and now and then empties the worker's memory. */
async function rot(app: App, soak: Soak): Promise<void> {
  const { rand, counts } = soak;
  while (soak.goesOn()) {
    const chosen = Array.from({ length: 5 }, () => {
      const row = rows[Math.floor(rand() * rows.length)];
      const path = `/soak/${Math.floor(rand() * URLS)}`;
      return [app.key(path), String(row?.damage)] as const;
    });
    counts.damaged += await app.page.evaluate(
      (all) => window.soaking.rot(all),
      chosen,
    );
    // A worker that is killed answers nobody.
    if (rand() < 0.3) await Promise.race([app.ask('forget'), pause(2_000)]);
    await pause(rand() * 100);
  }
}

/** Stops the worker at random. */
async function kill(cdp: CDPSession, soak: Soak): Promise<void> {
  await cdp.send('ServiceWorker.enable');
  while (soak.goesOn()) {
    await pause(1_500 + soak.rand() * 5_000);
    const span = { start: Date.now(), end: Infinity };
    soak.judge.kills.push(span);
    await cdp.send('ServiceWorker.stopAllWorkers');
    span.end = Date.now();
    soak.counts.kills++;
  }
}

/** Puts another release of the worker in the place of the one that runs. */
async function swap(app: App, soak: Soak): Promise<void> {
  while (soak.goesOn()) {
    await pause(2_000 + soak.rand() * 10_000);
    const span = { start: Date.now(), end: Infinity };
    soak.judge.swaps.push(span);
    const script = `/worker.js?release=${++soak.counts.swaps}`;
    await app.page.evaluate(async (url) => {
      const { serviceWorker } = navigator;
      const taken = new Promise((resolve) =>
        serviceWorker.addEventListener('controllerchange', resolve),
      );
      await serviceWorker.register(url, { updateViaCache: 'none' });
      // One that is killed meanwhile never does.
      const late = new Promise((resolve) => setTimeout(resolve, 10_000));
      await Promise.race([taken, late]);
    }, script);
    span.end = Date.now();
  }
}

test('nothing wrong is served and nothing fails, whatever goes wrong at once', async ({
  context,
  origin,
  browserName,
}, info) => {
  test.setTimeout((limit + 120) * 1_000);
  const rand = random(seed);
  const { truth, scripts } = serveAll(origin, rand, PAGES);
  await context.addInitScript(installBench);
  await context.addInitScript(installSoak);
  const apps: App[] = [];
  for (let n = 0; n <= PAGES; n++) {
    const page = await context.newPage();
    const app = new App(page, origin, browserName === 'chromium');
    await app.start();
    apps.push(app);
  }
  const [first, ...others] = apps;
  if (!first) throw new Error('there is no page');
  const counts: Counts = {
    ...{ requests: 0, hits: 0, healed: 0, damaged: 0, kills: 0, swaps: 0 },
    ...{ cut: 0, origin: 0, torn: 0, alone: 0, wrong: [], failed: [] },
  };
  const begun = Date.now();
  const soak: Soak = {
    judge: new Judge(truth, scripts),
    counts,
    rand,
    goesOn() {
      const passed = (Date.now() - begun) / 1_000;
      const isDone = counts.requests >= requests && passed >= seconds;
      return !isDone && passed < limit;
    },
  };
  await Promise.all([
    ...others.map((app, n) => roam(app, soak, n)),
    rot(first, soak),
    swap(first, soak),
    // Only Chromium lets a test stop a worker.
    ...(first.isChromium ? [kill(await first.cdp(), soak)] : []),
  ]);
  const { wrong, failed, ...numbers } = counts;
  const summary = { ...numbers, wrong: wrong.length, failed: failed.length };
  process.stdout.write(
    `soak: ${info.project.name}, ${Math.round((Date.now() - begun) / 1_000)} s, seed ${seed}: ${JSON.stringify(summary)}\n`,
  );
  for (const each of failed) process.stdout.write(`failed: ${each}\n`);
  expect(wrong.slice(0, 20), 'wrong answers').toEqual([]);
  expect(failed.slice(0, 20), 'failed requests').toEqual([]);
  expect(counts.requests).toBeGreaterThanOrEqual(requests);
  expect(counts.alone).toBeLessThan(counts.requests / 1_000);
  expect(counts.healed).toBeGreaterThan(0);
});
