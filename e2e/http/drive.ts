/** Runs one case through the built worker: the page asks, the origin answers, and every difference is told. */
import type { App } from '../fixtures.js';
import type { Answer, Origin, Seen } from '../origin.js';
import type { Fetched } from '../page.js';
import { HANG_UP, type Exchange, type Fields, type HttpCase } from './case.js';

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
  const { cacheStatus } = exchange;
  const wanted = cacheStatus
    ? { ...exchange, cacheStatus: fill(cacheStatus, place) }
    : exchange;
  return [...judged(wanted, got), ...judgedOrigin(exchange, seen())];
}

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

/** Puts in what a case cannot know: `{case}` is its own URL, `{origin}` and `{elsewhere}` are the two origins. */
const fill = (value: string, { path, stage }: Place): string =>
  value
    .replace('{case}', path)
    .replace('{origin}', stage.origin.url)
    .replace('{elsewhere}', stage.elsewhere.url);

function filledIn(answer: Answer, place: Place): Answer {
  const headers = Object.entries(answer.headers ?? {}).map(
    ([name, value]) =>
      [name, typeof value === 'string' ? fill(value, place) : value] as const,
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

function judged(exchange: Exchange, got: Fetched): string[] {
  if (exchange.error) {
    return got.error === undefined ? [`status ${got.status}, no error`] : [];
  }
  if (got.error !== undefined) return [got.error];
  const { type } = exchange;
  const { body, status, headers } = expected(exchange);
  const told: string[] = [];
  if (got.status !== status) told.push(`status ${got.status}, not ${status}`);
  if (body !== undefined && got.text !== body)
    told.push(`body "${got.text}", not "${body}"`);
  if (type && got.type !== type) told.push(`type ${got.type}, not ${type}`);
  if (!exchange.navigate) told.push(...judgedFields(headers, got.headers));
  return told;
}

/** What a network's answer looks like needs not be said twice. */
function expected(exchange: Exchange): {
  readonly status: number;
  readonly body: string | undefined;
  readonly headers: Fields;
} {
  const { headers, init } = exchange;
  const said = plainAnswer(exchange);
  const body = init?.method === 'HEAD' ? '' : said?.body?.toString();
  return {
    body: exchange.body ?? body,
    status: exchange.status ?? said?.status ?? 200,
    headers:
      'cacheStatus' in exchange
        ? { ...headers, 'cache-status': exchange.cacheStatus }
        : { ...headers },
  };
}

/** The answer that reaches the page as it is. */
function plainAnswer({
  answer,
  behind,
  optional,
}: Exchange): Answer | undefined {
  if (answer === HANG_UP || behind || optional) return undefined;
  return answer?.status === 304 ? undefined : answer;
}

function judgedFields(
  wanted: Fields,
  got: Readonly<Record<string, string | string[] | undefined>>,
): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const field = got[name]?.toString();
    return fits(field, value) ? [] : [`${name} is ${field}, not ${value}`];
  });
}

/** A second or two may pass between the answer and the question. */
function fits(
  field: string | undefined,
  wanted: string | RegExp | undefined,
): boolean {
  if (field === wanted) return true;
  if (field === undefined || wanted === undefined) return false;
  if (wanted instanceof RegExp) return wanted.test(field);
  const [own, theirs] = [field, wanted].map((text) => /ttl=(-?\d+)/.exec(text));
  if (!own?.[1] || !theirs?.[1]) return false;
  return (
    field.replace(own[0], '') === wanted.replace(theirs[0], '') &&
    Math.abs(Number(own[1]) - Number(theirs[1])) <= 10
  );
}

function judgedOrigin(exchange: Exchange, seen: readonly Seen[]): string[] {
  if (exchange.answer === undefined) {
    return seen.length > 0 ? [`the origin was asked ${seen.length} times`] : [];
  }
  const [first] = seen;
  if (!first) return exchange.optional ? [] : ['the origin was not asked'];
  // A browser asks again by itself where a connection is closed in its face.
  if (seen.length > 1 && exchange.answer !== HANG_UP && !exchange.eventually)
    return [`the origin was asked ${seen.length} times`];
  return judgedFields(exchange.sent ?? {}, first.headers).map(
    (told) => `at the origin ${told}`,
  );
}
