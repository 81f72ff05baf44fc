/** The origin of the soak: what it has, how it misbehaves, and what it remembers of both. */
import {
  noise,
  sha256,
  type Answer,
  type Origin,
  type Seen,
} from '../origin.js';

/** Numbered URLs: `/soak/0` and so on. */
export const URLS = 120;
/** Script URLs of each page; no other page asks for them. */
export const SCRIPTS = 4;

/** What the origin did with a request. */
export type Outcome =
  | 'whole'
  | 'part'
  | 'not-modified'
  | 'lie'
  | 'html'
  | 'down'
  | 'cut'
  | 'posted';

/** A generator of random numbers that a seed repeats (mulberry32). */
export function random(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Bodies in the record, Blobs of one slice, and Blobs of two. */
export const isLarge = (n: number): boolean => n % 40 === 7;
const lengthOf = (n: number): number =>
  isLarge(n) ? 1_200_000 : n % 12 === 5 ? 90_000 : 200 + ((n * 131) % 4_000);

/** How long an answer is fresh, in seconds. */
export const maxAgeOf = (n: number): number => (n % 6 === 0 ? 0 : 1 + (n % 30));

/** One release of one URL. */
export interface Release {
  readonly etag: string;
  readonly number: number;
  readonly body: Buffer;
  /** When the origin last said that this is what it has, in milliseconds since the epoch. */
  vouched: number;
}

/** Every release of every URL, and what came of every request. */
export class Truth {
  readonly #current = new Map<string, Release>();
  readonly #releases = new Map<string, Release>();
  readonly #hashes = new Map<string, string>();
  readonly #outcomes = new Map<string, Outcome[]>();
  readonly #makes: (path: string, etag: string) => Buffer;

  constructor(makes: (path: string, etag: string) => Buffer) {
    this.#makes = makes;
  }

  current(path: string): Release {
    return this.#current.get(path) ?? this.publish(path);
  }

  release(path: string, etag: string): Release | undefined {
    return this.#releases.get(`${path} ${etag}`);
  }

  publish(path: string): Release {
    const number = (this.#current.get(path)?.number ?? 0) + 1;
    const etag = `"${path.slice(1).replaceAll('/', '-')}-${number}"`;
    const body = this.#makes(path, etag);
    const release = { etag, number, body, vouched: 0 };
    this.#current.set(path, release);
    this.#releases.set(`${path} ${etag}`, release);
    return release;
  }

  /** The digest of a release, or of a part of it. */
  hash(path: string, etag: string, from = 0, to = Infinity): string {
    const name = `${path} ${etag} ${from} ${to}`;
    let hash = this.#hashes.get(name);
    if (hash === undefined) {
      const { body } = this.#releases.get(`${path} ${etag}`) ?? { body: '' };
      hash = sha256(body.slice(from, Math.min(to, body.length)));
      this.#hashes.set(name, hash);
    }
    return hash;
  }

  note(id: string, outcome: Outcome): void {
    this.#outcomes.set(id, [...(this.#outcomes.get(id) ?? []), outcome]);
  }

  /** The number that the release had which a POST made. */
  readonly posted = new Map<string, number>();

  /** What the origin did with this request, first to last; forgotten thereby. */
  outcomes(id: string): Outcome[] {
    const outcomes = this.#outcomes.get(id) ?? [];
    this.#outcomes.delete(id);
    return outcomes;
  }
}

/** Noise is dear: a body is two kilobytes of its own, again and again. */
export const bodyOf = (path: string, etag: string): Buffer => {
  const n = Number(/\d+$/.exec(path)?.[0] ?? 0);
  return Buffer.alloc(lengthOf(n), noise(etag, 2_048));
};

/** A script that says which it is, with bytes that the page can check. */
export const scriptOf = (path: string, etag: string): Buffer =>
  Buffer.from(
    `soak(${JSON.stringify([path, etag, noise(etag, 600).toString('base64')])})`,
  );

/** What the page must find in that script. */
export const tokenOf = (etag: string): string =>
  noise(etag, 600).toString('base64');

function misbehave(
  { headers, body }: Required<Pick<Answer, 'headers' | 'body'>>,
  chance: number,
  { method, headers: { 'if-none-match': condition } }: Seen,
): [Outcome, Answer] | undefined {
  const after = body.length >> 1;
  // There is nothing to cut in the answer to a HEAD.
  if (chance < 0.02 && method !== 'HEAD')
    return [
      'cut',
      { headers, body, broken: { framing: 'length', after, ending: 'reset' } },
    ];
  if (chance < 0.04 && method !== 'HEAD')
    return [
      'cut',
      { headers, body, broken: { framing: 'chunked', after, ending: 'end' } },
    ];
  if (chance < 0.06) return ['down', { status: 503, body: 'down' }];
  if (chance < 0.08)
    return [
      'html',
      {
        headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
        body: '<!doctype html>please log in',
      },
    ];
  // A 304 that lies: of another representation than the one asked about.
  if (chance < 0.12 && condition !== undefined)
    return ['lie', { status: 304, headers: { etag: '"a lie"' } }];
  return undefined;
}

/** A single range `bytes=FIRST-LAST` or `bytes=FIRST-`, unless If-Range names another release. */
function rangeOf(
  { headers }: Seen,
  { etag, body }: Release,
): [first: number, last: number] | undefined {
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  const [, first, last] =
    /^bytes=(\d+)-(\d*)$/.exec(headers['range'] ?? '') ?? [];
  if (first === undefined) return undefined;
  const end = last ? Math.min(Number(last), body.length - 1) : body.length - 1;
  return Number(first) <= end ? [Number(first), end] : undefined;
}

function honest(seen: Seen, release: Release, headers: Record<string, string>) {
  release.vouched = Date.now();
  if (seen.headers['if-none-match'] === release.etag)
    return ['not-modified', { status: 304, headers }] as const;
  const range = rangeOf(seen, release);
  if (!range) return ['whole', { headers, body: release.body }] as const;
  const [first, last] = range;
  const part = {
    ...headers,
    'content-range': `bytes ${first}-${last}/${release.body.length}`,
  };
  const body = release.body.subarray(first, last + 1);
  return ['part', { status: 206, headers: part, body }] as const;
}

/** Answers a path in every way that origins have; `idOf` names the request that is noted. */
function serve(
  origin: Origin,
  truth: Truth,
  rand: () => number,
  path: string,
  fields: Readonly<Record<string, string>>,
  idOf: (seen: Seen) => string,
): void {
  origin.on(path, async (seen) => {
    const id = idOf(seen);
    if (seen.method === 'POST') {
      const { number } = truth.publish(path);
      truth.note(id, 'posted');
      truth.posted.set(id, number);
      return { headers: { 'cache-control': 'no-store' }, body: `${number}` };
    }
    if (rand() < 0.03) truth.publish(path);
    const release = truth.current(path);
    const headers = { ...fields, etag: release.etag };
    const wrong = misbehave({ headers, body: release.body }, rand(), seen);
    if (rand() < 0.02) await pause(rand() * 200);
    const [outcome, answer] = wrong ?? honest(seen, release, headers);
    truth.note(id, outcome);
    return answer;
  });
}

/** Serves every URL and every script of the soak. */
export function serveAll(
  origin: Origin,
  rand: () => number,
  pages: number,
): { readonly truth: Truth; readonly scripts: Truth } {
  const truth = new Truth(bodyOf);
  for (let n = 0; n < URLS; n++) {
    const fields = {
      'cache-control': `max-age=${maxAgeOf(n)}`,
      'content-type': 'application/octet-stream',
    };
    const idOf = ({ headers }: Seen): string => String(headers['x-soak']);
    serve(origin, truth, rand, `/soak/${n}`, fields, idOf);
  }
  const scripts = new Truth(scriptOf);
  const fields = {
    'cache-control': 'max-age=2',
    'content-type': 'text/javascript',
  };
  for (let page = 0; page < pages; page++)
    for (let n = 0; n < SCRIPTS; n++) {
      const path = `/soak-script/${page}/${n}`;
      // One page asks for it, once at a time.
      serve(origin, scripts, rand, path, fields, ({ path: asked }) => asked);
    }
  return { truth, scripts };
}
