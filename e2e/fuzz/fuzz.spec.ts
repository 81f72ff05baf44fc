import { readFileSync } from 'node:fs';
import { expect, test, type App } from '../fixtures.js';
import { noise, sha256, type Answer, type Origin } from '../origin.js';
import { mutations, type Mutation } from './mutations.js';
import { installFuzz } from './page.js';

const runs = Number(process.env['FUZZ_RUNS'] ?? 1_000);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

const BATCH = 100;
/** Healed entries are written behind the answers: the next batch has other URLs. */
const SETS = 4;

const script = readFileSync(new URL('worker.js', import.meta.url));

/** What the origin has; every kind of stored body, with and without variants. */
function answerOf(n: number, release: string): Answer {
  const headers = {
    'cache-control': 'max-age=3600',
    'content-type': 'application/octet-stream',
    etag: `"${release}"`,
    ...(n % 7 === 0 && { vary: 'x-thing' }),
  };
  if (n % 17 === 0) return { status: 204, headers };
  const length = n % 20 === 1 ? 60_000 : 100 + ((n * 37) % 2_000);
  return { headers, body: noise(`${release}:${n}`, length) };
}

const pathOf = (n: number): string => `/fuzz/${n}`;
const hashOf = (n: number, release: string): string =>
  sha256(answerOf(n, release).body ?? '');

function publish(origin: Origin, release: string): void {
  for (let n = 0; n < BATCH * SETS; n++)
    origin.answer(pathOf(n), answerOf(n, release));
}

const fetchAll = (app: App, paths: string[]) =>
  app.page.evaluate(
    (urls) => Promise.all(urls.map((url) => window.bench.fetch(url))),
    paths,
  );

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
  const paths = Array.from({ length: BATCH * SETS }, (_, n) => pathOf(n));
  for (let at = 0; at < paths.length; at += 50)
    await fetchAll(app, paths.slice(at, at + 50));
  const urls = paths.map((at) => app.key(at));
  const missing = (): Promise<string[]> =>
    app.page.evaluate((all) => window.fuzz.keep(all), urls);
  await expect.poll(missing).toEqual([]);
  publish(origin, 'second');
}

interface Counts {
  healed: number;
  untouched: number;
  missed: number;
  refused: number;
}

/** Damages one set of pairs and fetches every one of them. */
async function runBatch(
  app: App,
  set: number,
  damage: readonly Mutation[],
  counts: Counts,
): Promise<void> {
  const numbers = damage.map((_, n) => set * BATCH + n);
  const urls = numbers.map((n) => app.key(pathOf(n)));
  counts.refused += await app.page.evaluate(
    ([all, given]) => window.fuzz.damage(all, given),
    [urls, damage] as const,
  );
  await app.ask('forget');
  const answers = await fetchAll(app, urls);
  for (const [at, got] of answers.entries()) {
    const n = numbers[at] ?? 0;
    const status = got.headers['cache-status'] ?? '';
    const isHit = status.startsWith('mendbox; hit');
    if (status.includes('healed-')) counts.healed++;
    else if (isHit) counts.untouched++;
    else counts.missed++;
    const right =
      got.error === undefined &&
      got.status === (answerOf(n, 'first').status ?? 200) &&
      got.sha256 === hashOf(n, isHit ? 'first' : 'second');
    expect(
      right,
      `seed ${seed}: ${pathOf(n)} after ${JSON.stringify(damage[at])}: ${got.status} ${status} ${got.error}`,
    ).toBe(true);
  }
}

test('whatever is made of a stored pair, the page gets the right bytes', async ({
  idle: app,
  origin,
}, info) => {
  test.setTimeout(60_000 + runs * 100);
  await prepare(app, origin);
  const counts: Counts = { healed: 0, untouched: 0, missed: 0, refused: 0 };
  const all = mutations(seed, runs);
  for (let at = 0; at < runs; at += BATCH) {
    const set = (at / BATCH) % SETS;
    await runBatch(app, set, all.slice(at, at + BATCH), counts);
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
