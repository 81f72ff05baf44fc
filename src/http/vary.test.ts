import { expect, test } from '@playwright/test';
import type { RequestView, StoredView } from './message.js';
import { nominatedFields, recordNominated, selects } from './vary.js';

type Fields = Record<string, string>;

const request = (fields: Fields = {}): RequestView => ({
  method: 'GET',
  url: 'https://example.com/',
  headers: new Headers(fields),
  cache: 'default',
});

function stored(vary: string | undefined, sent: Fields): StoredView {
  const headers = new Headers(vary === undefined ? {} : { vary });
  return {
    status: 200,
    headers,
    requestHeaders: recordNominated(request(sent), { status: 200, headers }),
    requestTime: 0,
    responseTime: 0,
  };
}

test('nominated fields are lower-cased, once each, without Accept-Encoding', () => {
  const fields = (vary: string) => nominatedFields(new Headers({ vary }));
  expect(fields('Foo, BAR,, foo , Accept-Encoding')).toEqual(['foo', 'bar']);
  expect(fields('Accept-Encoding')).toEqual([]);
  expect(nominatedFields(new Headers())).toEqual([]);
  for (const vary of ['*', '*, *', ', *', '*, Foo', 'Foo, *']) {
    expect(fields(vary)).toBe('*');
  }
});

const SELECTIONS: [
  vary: string | undefined,
  sent: Fields,
  presented: Fields,
  result: 'match' | 'mismatch' | 'unknowable',
][] = [
  [undefined, { foo: '1' }, { foo: '2' }, 'match'],
  ['Foo', { foo: '1' }, { foo: '1' }, 'match'],
  ['Foo', { foo: '1' }, { foo: '2' }, 'mismatch'],
  ['Foo', { foo: 'a' }, { foo: 'A' }, 'mismatch'],
  ['Foo', {}, { foo: '1' }, 'mismatch'],
  ['Foo', { foo: '1' }, {}, 'mismatch'],
  ['Foo', { foo: '' }, {}, 'mismatch'],
  ['Foo', {}, {}, 'match'],
  ['Foo, Bar', { foo: '1', bar: '2' }, { foo: '1', bar: '2' }, 'match'],
  ['Foo, Bar', { foo: '1', bar: '2' }, { foo: '1', bar: '3' }, 'mismatch'],
  ['Foo', { foo: '1', other: '2' }, { foo: '1', other: '3' }, 'match'],
  ['Foo', { foo: '1,2' }, { foo: ' 1, 2 ' }, 'match'],
  ['Foo', { foo: '1,2' }, { foo: '2,1' }, 'mismatch'],
  ['Foo', { foo: '"1,2"' }, { foo: '"1, 2"' }, 'mismatch'],
  ['Foo, 4 2', { foo: '1' }, { foo: '1' }, 'match'],
  ['Foo', { foo: 'a,,b' }, { foo: 'a,b' }, 'mismatch'],
  ['Foo', { foo: 'a' }, { foo: 'a,' }, 'mismatch'],
  ['', { foo: '1' }, { foo: '2' }, 'match'],
  [' ,, ', { foo: '1' }, { foo: '2' }, 'match'],
  ['*', {}, {}, 'unknowable'],
  ['Foo, *', { foo: '1' }, { foo: '2' }, 'unknowable'],
  ['Origin', {}, {}, 'match'],
  ['User-Agent', {}, {}, 'match'],
  ['Cookie', {}, {}, 'unknowable'],
  ['Cookie', { cookie: 'a=1' }, { cookie: 'a=1' }, 'match'],
  ['Cookie', { cookie: 'a=1' }, { cookie: 'a=2' }, 'mismatch'],
  ['Cookie, Foo', { foo: '1' }, { foo: '2' }, 'mismatch'],
  ['Accept-Language', {}, {}, 'unknowable'],
  ['Sec-Fetch-Mode', {}, {}, 'unknowable'],
  // What the browser itself sends ahead of the worker is stored for a request without it.
  ['Service-Worker-Navigation-Preload', {}, {}, 'unknowable'],
  ['Authorization', {}, {}, 'unknowable'],
];

for (const [vary, sent, presented, result] of SELECTIONS) {
  const what = `${JSON.stringify(sent)} and ${JSON.stringify(presented)}`;
  test(`Vary: ${vary} on ${what} is a ${result}`, () => {
    expect(selects(stored(vary, sent), request(presented))).toBe(result);
  });
}

const LANGUAGES: [presented: string, result: 'match' | 'mismatch'][] = [
  ['en, de', 'match'],
  ['eN, De', 'match'],
  [' en ,   de', 'match'],
  ['de,en', 'match'],
  ['en', 'mismatch'],
  ['en, de;q=0.5', 'mismatch'],
];

for (const [presented, result] of LANGUAGES) {
  test(`Accept-Language "${presented}" and "en, de" are a ${result}`, () => {
    const view = stored('Accept-Language', { 'accept-language': 'en, de' });
    expect(selects(view, request({ 'accept-language': presented }))).toBe(
      result,
    );
  });
}

const PREFERENCES: [
  presented: string,
  language: string | undefined,
  result: 'match' | 'mismatch',
][] = [
  ['de', 'de', 'match'],
  ['fr;q=0.5, de;q=1.0', 'de', 'match'],
  ['fr; q=0.5 ,DE ; q=0.51', 'De', 'match'],
  ['de-AT, de;q=0.9', 'de-at', 'match'],
  ['fr, de', 'de', 'mismatch'],
  ['de, fr;q=1', 'de', 'mismatch'],
  ['fr, de;q=0.9', 'de', 'mismatch'],
  ['de', 'de, fr', 'mismatch'],
  ['de', undefined, 'mismatch'],
  ['de;q=0', 'de', 'mismatch'],
  ['de;q=high', 'de', 'mismatch'],
  ['de;q=', 'de', 'mismatch'],
  ['*', 'de', 'mismatch'],
  ['', '', 'mismatch'],
];

for (const [presented, language, result] of PREFERENCES) {
  test(`Accept-Language "${presented}" and a response in "${language}" are a ${result}`, () => {
    const view = stored('Accept-Language', { 'accept-language': 'en, de' });
    if (language !== undefined) view.headers.set('content-language', language);
    expect(selects(view, request({ 'accept-language': presented }))).toBe(
      result,
    );
  });
}

test('a preferred language does not make up for another field that differs', () => {
  const sent = { 'accept-language': 'en', foo: '1' };
  const view = stored('Accept-Language, Foo', sent);
  view.headers.set('content-language', 'de');
  const asks = (foo: string) =>
    selects(view, request({ 'accept-language': 'de', foo }));
  expect(asks('1')).toBe('match');
  expect(asks('2')).toBe('mismatch');
});

test("one user's answer is never another's, whatever Vary says", () => {
  for (const vary of [undefined, 'Foo', 'Authorization']) {
    const alices = stored(vary, { authorization: 'Bearer alice' });
    const asks = (fields: Fields) => selects(alices, request(fields));
    expect(asks({ authorization: 'Bearer alice' })).toBe('match');
    expect(asks({ authorization: 'Bearer bob' })).toBe('mismatch');
    expect(asks({})).toBe('mismatch');
  }
  const nobodys = stored(undefined, {});
  const bobs = request({ authorization: 'Bearer bob' });
  expect(selects(nobodys, bobs)).toBe('mismatch');
});

test('credentials are not recorded, only a digest of them', () => {
  const sent = { authorization: 'Bearer secret', cookie: 'sid=secret' };
  const view = stored('Cookie, Authorization', sent);
  expect([...view.requestHeaders.keys()]).toEqual(['authorization', 'cookie']);
  for (const value of view.requestHeaders.values()) {
    expect(value).toMatch(/^digest-[0-9a-f]{16}$/);
  }
});
