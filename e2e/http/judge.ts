/** Compares what a page got and what an origin saw with what a row expects; every difference becomes a sentence. */
import type { Answer, Seen } from '../origin.js';
import type { Fetched } from '../page.js';
import { HANG_UP, type Exchange, type Fields } from './case.js';

/** What is looked at of an answer. */
export type Got = Pick<
  Fetched,
  'status' | 'headers' | 'type' | 'text' | 'error'
>;

/** What is not as expected in what the page got. */
export function judged(exchange: Exchange, got: Got): string[] {
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

/** Seconds may pass between the answer and the question where a machine is slow. */
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
    Math.abs(Number(own[1]) - Number(theirs[1])) <= 30
  );
}

/** What is not as expected in what reached the origin. */
export function judgedOrigin(
  exchange: Exchange,
  seen: readonly Pick<Seen, 'headers'>[],
): string[] {
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
