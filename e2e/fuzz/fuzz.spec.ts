import { readFileSync } from 'node:fs';
import type { VerifyOptions, VerifyReport } from '../../src/report.js';
import { expect, isHit, test, type App } from '../fixtures.js';
import { noise, sha256, type Answer, type Origin } from '../origin.js';
import { mutations, type Ask, type Mutation } from './mutations.js';
import { installFuzz, type Got } from './page.js';

/** In each of two engines. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 500);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

const BATCH = 100;
/** What the worker writes behind its answers ends before a set of URLs comes round again. */
const SETS = 4;
/** One batch of so many is repaired by verify() before anything is asked for. */
const VERIFIED = 10;

const script = readFileSync(new URL('worker.js', import.meta.url));

type Release = 'first' | 'second';

/** A body of two slices. It is the same in both releases, as a body can only be mended in mid-stream if it is. */
const isLarge = (n: number): boolean => n % 100 === 42;

function lengthOf(n: number): number {
  if (isLarge(n)) return 1_100_000;
  return n % 20 === 1 ? 60_000 : 100 + ((n * 37) % 2_000);
}

/** What the origin has; every kind of stored body, with and without variants. */
function answerOf(n: number, published: Release): Answer {
  const release = isLarge(n) ? 'first' : published;
  const headers = {
    'cache-control': 'max-age=3600',
    'content-type': 'application/octet-stream',
    etag: `"${release}"`,
    ...(n % 7 === 0 && { vary: 'x-thing' }),
  };
  if (n % 17 === 0) return { status: 204, headers };
  return { headers, body: noise(`${release}:${n}`, lengthOf(n)) };
}

const pathOf = (n: number): string => `/fuzz/${n}`;

function publish(origin: Origin, release: Release): void {
  for (let n = 0; n < BATCH * SETS; n++) {
    const answer = answerOf(n, release);
    const { etag } = answer.headers ?? {};
    origin.on(pathOf(n), (seen) =>
      seen.headers['if-none-match'] === etag
        ? { status: 304, headers: answer.headers ?? {} }
        : answer,
    );
  }
}

/** What a release looks like to each way of asking. */
interface Look {
  readonly etag: string;
  readonly status: number;
  readonly whole: string;
  readonly part: string;
  readonly range: string;
}

const nothing = sha256('');

const looks = new Map<string, Look>();
function lookOf(n: number, release: Release): Look {
  const name = `${release} ${n}`;
  let look = looks.get(name);
  if (!look) {
    const { status = 200, body = '', headers = {} } = answerOf(n, release);
    look = {
      etag: String(headers['etag']),
      status,
      whole: sha256(body),
      part: sha256(body.slice(10, 50)),
      range: `bytes 10-49/${body.length}`,
    };
    looks.set(name, look);
  }
  return look;
}

/** Whether an answer is, byte by byte and field by field, this release. */
function isRelease(got: Got, ask: Ask, look: Look): boolean {
  if (got.error !== undefined || got.etag !== look.etag) return false;
  if (got.type !== 'application/octet-stream') return false;
  if (got.status === 206)
    return (
      ask === 'range' && got.sha256 === look.part && got.range === look.range
    );
  const hash = ask === 'head' ? nothing : look.whole;
  return got.status === look.status && got.sha256 === hash;
}

/**
 * The network's answer, or the untouched original's from the store. A page that asks the origin gets the origin's;
 * `force-cache` may be answered by the browser's own HTTP cache, too.
 */
function isRight(n: number, got: Got, ask: Ask): boolean {
  if (isRelease(got, ask, lookOf(n, 'second'))) return true;
  const mayBeOld =
    ask === 'force-cache' ||
    (ask !== 'no-cache' && isHit.test(got.cacheStatus));
  return mayBeOld && isRelease(got, ask, lookOf(n, 'first'));
}

async function prepare(app: App, origin: Origin): Promise<void> {
  origin.answer('/fuzz-worker.js', {
    headers: {
      'content-type': 'text/javascript',
      'service-worker-allowed': '/',
    },
    body: script,
  });
  publish(origin, 'first');
  await app.page.goto(`${origin.url}/`);
  await app.page.evaluate(installFuzz);
  await app.page.evaluate(() => window.bench.control('/fuzz-worker.js'));
  const urls = Array.from({ length: BATCH * SETS }, (_, n) =>
    app.key(pathOf(n)),
  );
  // A machine that is too slow for so many at once stores some of them; what is missing is asked for again.
  let missing = urls;
  const step = async (): Promise<string[]> => {
    await app.page.evaluate((all) => window.fuzz.fetch(all, []), missing);
    missing = await app.page.evaluate((all) => window.fuzz.keep(all), missing);
    return missing;
  };
  await expect.poll(step, { timeout: 60_000 }).toEqual([]);
  publish(origin, 'second');
}

interface Counts {
  healed: number;
  untouched: number;
  missed: number;
  /** Dropped by verify(). */
  repaired: number;
  /** Changes that structured clone does not allow. */
  refused: number;
}

function count(got: Got, counts: Counts): void {
  if (got.cacheStatus.includes('healed-')) counts.healed++;
  else if (isHit.test(got.cacheStatus)) counts.untouched++;
  else counts.missed++;
}

/** Walks the whole store; on a machine that is too busy for IndexedDB's deadline it goes on where it ended. */
async function walk(
  app: App,
  options: VerifyOptions,
): Promise<VerifyReport['broken']> {
  const broken: VerifyReport['broken'][number][] = [];
  let from: string | undefined;
  const step = async (): Promise<boolean> => {
    const report = await app.ask<VerifyReport>('verify', {
      options: { ...options, ...(from !== undefined && { from }) },
    });
    broken.push(...report.broken);
    from = report.next;
    return report.readable && from === undefined;
  };
  await expect
    .poll(step, { message: `seed ${seed}: the walk ends` })
    .toBe(true);
  return broken;
}

/** Lets verify() repair, and sees that nothing is left to repair. */
async function repair(app: App, counts: Counts): Promise<void> {
  for (const each of await walk(app, { repair: true })) {
    expect(each, `seed ${seed}`).toMatchObject({ repaired: 'dropped' });
    counts.repaired++;
  }
  expect(await walk(app, {}), `seed ${seed}`).toEqual([]);
}

/** Damages one set of pairs and asks for every one of them. */
async function runBatch(
  app: App,
  at: number,
  damage: readonly Mutation[],
  counts: Counts,
): Promise<void> {
  const batch = at / BATCH;
  const numbers = damage.map((_, n) => (batch % SETS) * BATCH + n);
  const urls = numbers.map((n) => app.key(pathOf(n)));
  const asks = damage.map(({ ask }) => ask);
  counts.refused += await app.page.evaluate(
    ([all, given]) => window.fuzz.damage(all, given),
    [urls, damage] as const,
  );
  await app.ask('forget');
  if (batch % VERIFIED === VERIFIED - 1) await repair(app, counts);
  const answers = await app.page.evaluate(
    ([all, ways]) => window.fuzz.fetch(all, ways),
    [urls, asks] as const,
  );
  for (const [i, got] of answers.entries()) {
    const n = numbers[i] ?? 0;
    count(got, counts);
    expect(
      isRight(n, got, asks[i] ?? 'plain'),
      `seed ${seed}: ${pathOf(n)} after ${JSON.stringify(damage[i])}: ${JSON.stringify(got)}`,
    ).toBe(true);
  }
  // It waits its turn behind what is being written.
  await app.stats();
}

test('whatever is made of a stored pair, the page gets the right bytes', async ({
  idle: app,
  origin,
}, info) => {
  test.setTimeout(60_000 + runs * 100);
  await prepare(app, origin);
  const counts: Counts = {
    ...{ healed: 0, untouched: 0, missed: 0 },
    ...{ repaired: 0, refused: 0 },
  };
  const all = mutations(seed, runs);
  for (let at = 0; at < runs; at += BATCH) {
    await runBatch(app, at, all.slice(at, at + BATCH), counts);
    if (at % 2_000 === 1_900)
      process.stdout.write(
        `fuzz: seed ${seed}, ${at + BATCH} mutations so far\n`,
      );
  }
  expect(
    await app.page.evaluate(() => window.bench.ask({ seen: true })),
  ).toEqual([]);
  const summary = `${runs} mutations in ${info.project.name}, seed ${seed}: ${JSON.stringify(counts)}`;
  info.annotations.push({ type: 'fuzz', description: summary });
  process.stdout.write(`fuzz: ${summary}\n`);
  // A fuzzer that damages nothing finds nothing.
  expect(counts.healed).toBeGreaterThan(runs / 2);
});
