/** The rows that need no browser, run against the policy engine in Node, with a clock that the row sets. */
import { expect, test } from '@playwright/test';
import type { RequestView } from '../../src/http/index.js';
import type { Answer } from '../origin.js';
import { BEGINNING, HANG_UP, type Exchange, type HttpCase } from './case.js';
import { fill, type Names } from './fill.js';
import { judged, judgedOrigin, type Got } from './judge.js';
import { PlainCache, type Message } from './plain-cache.js';
import { tables } from './tables.js';

const NAMES: Names = {
  case: '/case',
  origin: 'https://origin.example',
  elsewhere: 'https://elsewhere.example',
};

const requestOf = ({ at = '', init = {} }: Exchange): RequestView => ({
  method: init.method ?? 'GET',
  url: `${NAMES.origin}${NAMES.case}${at}`,
  headers: new Headers(init.headers),
  cache: init.cache ?? 'default',
});

/** What the origin sends, with the fields that a server adds. */
function messageOf(answer: Answer, now: number): Message {
  const { status = 200, headers = {}, body } = answer;
  const fields = new Headers({ date: new Date(now).toUTCString() });
  if (body !== undefined) fields.set('content-length', String(body.length));
  for (const [name, value] of Object.entries(headers))
    fields.set(name, fill(value.toString(), NAMES));
  return { status, headers: fields, text: body?.toString() ?? '' };
}

function attempt(cache: PlainCache, exchange: Exchange): Got {
  const failed = { status: 0, headers: {}, type: 'error', text: '' } as const;
  try {
    const { status, headers, text } = cache.answer(requestOf(exchange));
    const fields = Object.fromEntries(headers);
    return { status, headers: fields, type: 'basic', text };
  } catch (error) {
    return { ...failed, error: String(error) };
  }
}

/** How the first exchange that differs from what the row expects does so, as sentences. */
function differences({ requests }: HttpCase): string[] {
  let answer: Exchange['answer'];
  let seen: { readonly headers: Record<string, string> }[] = [];
  const cache = new PlainCache(({ method, headers }) => {
    seen.push({ headers: Object.fromEntries(headers) });
    if (answer === HANG_UP) throw new TypeError('the connection was closed');
    const message = messageOf(answer ?? { status: 599 }, cache.now);
    return method === 'HEAD' ? { ...message, text: '' } : message;
  }, BEGINNING);
  for (const [index, exchange] of requests.entries()) {
    ({ answer } = exchange);
    seen = [];
    cache.now += (exchange.later ?? 0) * 1000;
    const got = attempt(cache, exchange);
    const { cacheStatus } = exchange;
    const wanted = cacheStatus
      ? { ...exchange, cacheStatus: fill(cacheStatus, NAMES) }
      : exchange;
    const told = [...judged(wanted, got), ...judgedOrigin(wanted, seen)];
    if (told.length > 0) return told.map((each) => `${index + 1}: ${each}`);
  }
  return [];
}

/** What only a browser can do. */
const BROWSERS_OWN = [
  'elsewhere',
  'navigate',
  'cookie',
  'preflight',
  'also',
  'type',
];

for (const [table, cases] of tables)
  for (const each of cases.filter(({ pure }) => pure))
    test(`${table}, ${each.kind}, ${each.spec}: ${each.name}`, () => {
      expect(differences(each)).toEqual([]);
    });

test('rows that need a browser are not marked as pure', () => {
  const pure = tables.flatMap(([, cases]) => cases.filter((row) => row.pure));
  expect(pure.length).toBeGreaterThan(0);
  for (const { name, requests } of pure)
    for (const exchange of requests)
      for (const own of BROWSERS_OWN)
        expect(exchange, `${name}: ${own}`).not.toHaveProperty(own);
});
