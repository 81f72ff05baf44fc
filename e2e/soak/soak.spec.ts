import type { CDPSession, Page } from '@playwright/test';
import { App, expect, test } from '../fixtures.js';
import { noise, sha256, type Answer, type Origin } from '../origin.js';
import { installBench } from '../page.js';
import { damages } from '../heal/faults.js';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 5);
const seed = Number(process.env['SOAK_SEED'] ?? Date.now() % 2 ** 31);

const PAGES = 3;
const URLS = 120;
/** URLs whose body is a Blob of one slice, and of several. */
const lengthOf = (n: number): number =>
  n % 40 === 7 ? 1_200_000 : n % 12 === 5 ? 90_000 : 200 + ((n * 131) % 4_000);

/** A generator of random numbers that a seed repeats (mulberry32). */
function random(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every release of every URL that the origin has ever had, by what the page may see of it. */
class Truth {
  readonly #releases: number[] = Array.from({ length: URLS }, () => 0);
  readonly #hashes = new Map<string, string>();
  readonly #bodies: (Buffer | undefined)[] = [];

  body(n: number): Buffer {
    return (this.#bodies[n] ??= this.#made(n, this.#releases[n] ?? 0));
  }

  #made(n: number, release: number): Buffer {
    // Noise is dear: a body is two kilobytes of its own, again and again, and its number.
    const own = noise(`${n}:${release}`, 2_048);
    const body = Buffer.alloc(lengthOf(n), own);
    this.#hashes.set(`"${n}-${release}"`, sha256(body));
    return body;
  }

  etag(n: number): string {
    return `"${n}-${this.#releases[n]}"`;
  }

  publish(n: number): void {
    this.#releases[n] = (this.#releases[n] ?? 0) + 1;
    this.#bodies[n] = undefined;
  }

  /** Whether a body is that of the release whose ETag came with it. */
  isRight(n: number, etag: string | undefined, hash: string): boolean {
    return etag !== undefined && etag.startsWith(`"${n}-`)
      ? this.#hashes.get(etag) === hash
      : false;
  }
}

/** What the origin did wrong while a request was under way: then the request may fail. */
interface Mischief {
  /** Requests of a URL that the origin did not answer with the truth, by URL. */
  readonly bad: Map<number, number>;
}

const typeOf = (n: number): string =>
  n % 5 === 0 ? 'text/javascript' : 'application/octet-stream';

function misbehave(
  n: number,
  truth: Truth,
  chance: number,
  isConditional: boolean,
): Answer | undefined {
  const body = truth.body(n);
  const headers = { 'cache-control': 'max-age=2', etag: truth.etag(n) };
  if (chance < 0.02)
    return {
      headers,
      body,
      broken: { framing: 'length', after: body.length >> 1, ending: 'reset' },
    };
  if (chance < 0.04)
    return {
      headers,
      body,
      broken: { framing: 'chunked', after: body.length >> 1, ending: 'end' },
    };
  if (chance < 0.06) return { status: 503, headers: {}, body: 'down' };
  if (chance < 0.08)
    return {
      headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
      body: '<!doctype html>please log in',
    };
  // A 304 that lies: of another representation than the one asked about.
  if (chance < 0.12 && isConditional)
    return { status: 304, headers: { etag: '"a lie"' } };
  return undefined;
}

function serve(origin: Origin, truth: Truth, rand: () => number): Mischief {
  const mischief: Mischief = { bad: new Map() };
  for (let n = 0; n < URLS; n++) {
    origin.on(`/soak/${n}`, async (seen) => {
      if (rand() < 0.03) truth.publish(n);
      const since = seen.headers['if-none-match'];
      const wrong = misbehave(n, truth, rand(), since !== undefined);
      if (wrong && wrong.status !== 304) {
        mischief.bad.set(n, (mischief.bad.get(n) ?? 0) + 1);
        return wrong;
      }
      if (wrong) return wrong;
      const headers = {
        'cache-control': `max-age=${n % 6 === 0 ? 0 : 1 + (n % 30)}`,
        'content-type': typeOf(n),
        etag: truth.etag(n),
      };
      if (since === truth.etag(n)) return { status: 304, headers };
      const until = rand() < 0.02 ? pause(rand() * 200) : undefined;
      return { headers, body: truth.body(n), ...(until && { until }) };
    });
  }
  return mischief;
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

interface Counts {
  requests: number;
  hits: number;
  healed: number;
  damaged: number;
  kills: number;
  /** Cut off as their worker was killed; asked again they were answered. */
  cut: number;
  /** The origin itself answered wrongly meanwhile, and the page saw just that. */
  excused: number;
  wrong: string[];
  failed: string[];
}

/** Judges one answer; `bad` is how often the origin misbehaved at this URL since the request began. */
function judge(
  n: number,
  got: {
    status: number;
    etag?: string;
    sha256: string;
    error?: string;
    cacheStatus: string;
  },
  truth: Truth,
  bad: boolean,
  counts: Counts,
): void {
  counts.requests++;
  if (got.cacheStatus.startsWith('mendbox; hit')) counts.hits++;
  if (got.cacheStatus.includes('healed-')) counts.healed++;
  const what = `/soak/${n}: ${got.status} ${got.etag} ${got.cacheStatus} ${got.error ?? ''}`;
  if (got.error === undefined && got.status === 200) {
    if (truth.isRight(n, got.etag, got.sha256)) return;
    if (bad && got.etag === undefined) counts.excused++;
    else counts.wrong.push(what);
  } else if (bad) counts.excused++;
  else counts.failed.push(what);
}

/** One page: batches of fetches, until the time is over. */
async function roam(
  page: Page,
  until: number,
  rand: () => number,
  truth: Truth,
  mischief: Mischief,
  counts: Counts,
): Promise<void> {
  while (Date.now() < until) {
    const wanted = Array.from({ length: 150 }, () => Math.floor(rand() * URLS));
    const before = new Map(mischief.bad);
    const { kills } = counts;
    const answers = await page.evaluate(
      (numbers) =>
        Promise.all(
          numbers.map(async (n) => {
            const first = await window.bench.fetch(`/soak/${n}`);
            // A killed worker takes its answers with it, and no worker can help that: a page asks again.
            const isCut = first.error !== undefined;
            const got = isCut ? await window.bench.fetch(`/soak/${n}`) : first;
            const etag = got.headers['etag'];
            const cacheStatus = got.headers['cache-status'] ?? '';
            const { status, sha256: hash, error } = got;
            return {
              ...{ status, cacheStatus, sha256: hash, isCut },
              ...(etag !== undefined && { etag }),
              ...(error !== undefined && { error }),
            };
          }),
        ),
      wanted,
    );
    for (const [at, got] of answers.entries()) {
      const n = wanted[at] ?? 0;
      const bad = mischief.bad.get(n) !== before.get(n);
      if (got.isCut && !bad) {
        counts.cut++;
        if (kills === counts.kills) counts.failed.push(`/soak/${n}: cut`);
      }
      judge(n, got, truth, bad, counts);
    }
  }
}

const rows = damages.filter(({ form }) => form !== 'none');

/** Damages stored pairs, one every few milliseconds. */
async function rot(
  app: App,
  until: number,
  rand: () => number,
  counts: Counts,
): Promise<void> {
  while (Date.now() < until) {
    const row = rows[Math.floor(rand() * rows.length)];
    const path = `/soak/${Math.floor(rand() * URLS)}`;
    if (row) {
      const isDone = await app.page.evaluate(
        async ([key, text]) => {
          const pair = await window.bench.read(key, 'mendbox');
          if (!pair.policy || !pair.payload) return false;
          // oxlint-disable-next-line no-implied-eval -- the row's own text
          const change = new Function(`return (${text})`)();
          try {
            await change(pair);
          } catch {
            // The row wants another form of body.
            return false;
          }
          await window.bench.write(key, 'mendbox', pair);
          return true;
        },
        [app.key(path), row.damage.toString()] as const,
      );
      if (isDone) counts.damaged++;
    }
    if (rand() < 0.3) await app.ask('forget');
    await pause(rand() * 60);
  }
}

/** Stops the worker at random. */
async function kill(
  cdp: CDPSession,
  until: number,
  rand: () => number,
  counts: Counts,
): Promise<void> {
  await cdp.send('ServiceWorker.enable');
  while (Date.now() < until) {
    await pause(1_500 + rand() * 5_000);
    await cdp.send('ServiceWorker.stopAllWorkers');
    counts.kills++;
  }
}

test('nothing wrong is served and nothing fails, whatever goes wrong at once', async ({
  context,
  origin,
  browserName,
}, info) => {
  test.setTimeout(seconds * 1000 + 120_000);
  const rand = random(seed);
  const truth = new Truth();
  const mischief = serve(origin, truth, rand);
  await context.addInitScript(installBench);
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
    ...{
      requests: 0,
      hits: 0,
      healed: 0,
      damaged: 0,
      kills: 0,
      cut: 0,
      excused: 0,
    },
    ...{ wrong: [], failed: [] },
  };
  const until = Date.now() + seconds * 1000;
  await Promise.all([
    ...others.map(({ page }) =>
      roam(page, until, rand, truth, mischief, counts),
    ),
    rot(first, until, rand, counts),
    ...(first.isChromium ? [kill(await first.cdp(), until, rand, counts)] : []),
  ]);
  const { wrong, failed, ...numbers } = counts;
  process.stdout.write(
    `soak: ${info.project.name}, ${seconds} s, seed ${seed}: ${JSON.stringify({ ...numbers, wrong: wrong.length, failed: failed.length })}\n`,
  );
  expect(wrong.slice(0, 20), 'wrong bytes').toEqual([]);
  expect(failed.slice(0, 20), 'failed requests').toEqual([]);
  expect(counts.healed).toBeGreaterThan(0);
});
