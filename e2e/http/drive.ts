/** Runs one case through the built worker: the page asks, the origin answers, and every difference is told. */
import type { App } from '../fixtures.js';
import type { Answer, Origin, Seen } from '../origin.js';
import type { Fetched } from '../page.js';
import { HANG_UP, type Exchange, type HttpCase } from './case.js';
import { fill, type Names } from './fill.js';
import { judged, judgedOrigin } from './judge.js';

/** Where cases run. */
export interface Stage {
  readonly app: App;
  readonly origin: Origin;
  readonly elsewhere: Origin;
}

/** How long the origin may be waited for behind an answer, in milliseconds. */
const PATIENCE = 8_000;

const refused: Answer = { status: 403 };
const unexpected: Answer = {
  status: 599,
  headers: { 'cache-control': 'no-store' },
  body: 'the origin was asked',
};

/** Every difference between what a case expects and what happened, as sentences. */
export async function differences(
  stage: Stage,
  { requests }: HttpCase,
  name: string,
): Promise<string[]> {
  for (const [index, exchange] of requests.entries()) {
    const told = await attempt(stage, exchange, `/http/${name}`);
    // What follows a difference says nothing.
    if (told.length > 0) return told.map((each) => `${index + 1}: ${each}`);
  }
  return [];
}

async function attempt(
  stage: Stage,
  exchange: Exchange,
  path: string,
): Promise<string[]> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const told = await exchanged(stage, exchange, path);
    if (told.length === 0 || !exchange.eventually) return told;
    if (Date.now() > until) return told;
  }
}

async function exchanged(
  stage: Stage,
  exchange: Exchange,
  path: string,
): Promise<string[]> {
  const { app } = stage;
  const server = exchange.elsewhere ? stage.elsewhere : stage.origin;
  const target = path + (exchange.at ?? '');
  const before = server.requests(target).length;
  const place = { path, target, stage };
  prepare(server, exchange, place);
  if (exchange.cookie !== undefined) {
    const cookie = `${exchange.cookie}; path=${path}`;
    await app.page.evaluate((text) => {
      document.cookie = text;
    }, cookie);
  }
  const seen = () =>
    server
      .requests(target)
      .slice(before)
      .filter(({ method }) => method !== 'OPTIONS' || isOptions(exchange));
  const url = exchange.elsewhere ? server.url + target : target;
  const got = exchange.navigate
    ? await navigated(app, url)
    : await app.fetch(url, exchange.init);
  if (exchange.behind) await asked(seen);
  if (exchange.kept) await app.settled(target, undefined, keyOf(exchange, url));
  const { cacheStatus } = exchange;
  const wanted = cacheStatus
    ? { ...exchange, cacheStatus: fill(cacheStatus, namesOf(place)) }
    : exchange;
  return [...judged(wanted, got), ...judgedOrigin(exchange, seen())];
}

/** A page's fetch() sends no credentials to another origin. */
const keyOf = ({ elsewhere }: Exchange, url: string): string | undefined =>
  elsewhere && `omit ${url}`;

const isOptions = ({ init }: Exchange): boolean => init?.method === 'OPTIONS';

interface Place {
  readonly stage: Stage;
  /** The case's own URL, without its origin. */
  readonly path: string;
  /** The exchange's. */
  readonly target: string;
}

function prepare(server: Origin, exchange: Exchange, place: Place): void {
  const { preflight, also } = exchange;
  const answer =
    typeof exchange.answer === 'object'
      ? filledIn(exchange.answer, place)
      : exchange.answer;
  server.on(place.target, ({ method }, socket) => {
    if (method === 'OPTIONS' && !isOptions(exchange))
      return preflight ?? refused;
    if (answer !== HANG_UP) return answer ?? unexpected;
    socket.destroy();
    return undefined;
  });
  if (also) server.answer(place.path + also[0], also[1]);
}

const namesOf = ({ path, stage }: Place): Names => ({
  case: path,
  origin: stage.origin.url,
  elsewhere: stage.elsewhere.url,
});

function filledIn(answer: Answer, place: Place): Answer {
  const headers = Object.entries(answer.headers ?? {}).map(
    ([name, value]) =>
      [
        name,
        typeof value === 'string' ? fill(value, namesOf(place)) : value,
      ] as const,
  );
  return { ...answer, headers: Object.fromEntries(headers) };
}

async function asked(seen: () => readonly Seen[]): Promise<void> {
  const until = Date.now() + PATIENCE;
  while (seen().length === 0 && Date.now() < until) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** What a frame shows of a URL, in the form of what fetch() brings. */
async function navigated(app: App, url: string): Promise<Fetched> {
  const text = await app.page.evaluate(
    (src) =>
      new Promise<string>((resolve) => {
        const frame = document.createElement('iframe');
        frame.addEventListener('load', () => {
          const shown = frame.contentDocument?.body.textContent;
          frame.remove();
          resolve(shown ?? 'nothing to see');
        });
        frame.src = src;
        document.body.append(frame);
      }),
    url,
  );
  return { ...NAVIGATED, text };
}

const NAVIGATED: Fetched = {
  status: 200,
  headers: {},
  type: 'basic',
  redirected: false,
  url: '',
  length: 0,
  sha256: '',
  text: '',
  ms: 0,
};
