import { expect, test } from '@playwright/test';
import type { RequestView, StoredView } from './message.js';
import { errorAnswer, mayServeStale, reuse } from './reuse.js';

type Fields = Record<string, string>;

const NOW = Date.UTC(2026, 10, 22, 12);
const FRESH = 'max-age=60';

const request = (
  fields: Fields = {},
  more: Partial<RequestView> = {},
): RequestView => ({
  method: 'GET',
  url: 'https://example.com/',
  headers: new Headers(fields),
  cache: 'default',
  ...more,
});

/** Ten seconds old. */
function stored(
  cacheControl: string,
  fields: Fields = {},
  more: Partial<StoredView> = {},
): StoredView {
  return {
    status: 200,
    headers: new Headers({ 'cache-control': cacheControl, ...fields }),
    requestHeaders: new Headers(),
    requestTime: NOW - 10_000,
    responseTime: NOW - 10_000,
    ...more,
  };
}

/** The decision in one line, such as "fresh 50" or "validate stale -5". */
function decision(view: RequestView, ...candidates: StoredView[]): string {
  const found = reuse(view, candidates, NOW);
  switch (found.is) {
    case 'fresh':
    case 'stale-while-revalidate':
      return `${found.is} ${found.ttl}`;
    case 'validate':
      return `${found.is} ${found.why} ${found.ttl}`;
    case 'miss':
      return `${found.is} ${found.why}`;
    case 'only-if-cached':
      return `${found.is} ${found.answer}`;
  }
}

test('fresh answers, stale is validated, nothing is a miss', () => {
  expect(decision(request(), stored(FRESH))).toBe('fresh 50');
  expect(decision(request(), stored('max-age=5'))).toBe('validate stale -5');
  expect(decision(request(), stored('max-age=10'))).toBe('validate stale 0');
  expect(decision(request())).toBe('miss uri-miss');
});

const RESPONSES: [cacheControl: string, decision: string][] = [
  ['max-age=60, No-CaChE', 'validate stale 50'],
  ['max-age=60, no-cache="a"', 'fresh 50'],
  ['max-age=60, no-cache="etag"', 'validate stale 50'],
  ['max-age=60, must-revalidate', 'fresh 50'],
  ['max-age=5, must-revalidate', 'validate stale -5'],
  ['max-age=5, stale-while-revalidate=6', 'stale-while-revalidate -5'],
  ['max-age=5, stale-while-revalidate=5', 'validate stale -5'],
  ['max-age=10, stale-while-revalidate=0', 'validate stale 0'],
  ['max-age=5, stale-while-revalidate=6, no-cache', 'validate stale -5'],
  ['max-age=5, stale-while-revalidate=6, must-revalidate', 'validate stale -5'],
  ['max-age=5, immutable', 'validate stale -5'],
  // What a 304 has brought since it was stored.
  ['max-age=60, no-store', 'miss uri-miss'],
  ['max-age=60, no-store, must-understand', 'fresh 50'],
  // What speaks to shared caches, or to nobody.
  [
    'max-age=5, proxy-revalidate, stale-while-revalidate=6',
    'stale-while-revalidate -5',
  ],
  ['max-age=60, s-maxage=1', 'fresh 50'],
  ['max-age=60, private="a"', 'fresh 50'],
  ['max-age=60, no-cache=""', 'validate stale 50'],
  ['max-age=60, no-cache=true', 'validate stale 50'],
  ['max-age=60, no-cache=" a ,, b "', 'fresh 50'],
  ['max-age=5, stale-while-revalidate=-6', 'validate stale -5'],
  ['max-age=5, stale-while-revalidate=6.5', 'validate stale -5'],
  ['max-age=5, stale-while-revalidate', 'validate stale -5'],
  [
    'max-age=5, must-revalidate=?0, stale-while-revalidate=6',
    'validate stale -5',
  ],
];

for (const [cacheControl, expected] of RESPONSES) {
  test(`a response with ${cacheControl}: ${expected}`, () => {
    expect(decision(request(), stored(cacheControl))).toBe(expected);
  });
}

const REQUESTS: [fields: Fields, cacheControl: string, decision: string][] = [
  [{ 'cache-control': 'no-cache' }, FRESH, 'validate request 50'],
  [{ 'cache-control': 'no-cache' }, 'max-age=5', 'validate stale -5'],
  [{ 'cache-control': 'no-store' }, FRESH, 'miss bypass'],
  [{ 'cache-control': 'max-age=0' }, FRESH, 'validate request 50'],
  [{ 'cache-control': 'max-age=9' }, FRESH, 'validate request 50'],
  [{ 'cache-control': 'max-age=10' }, FRESH, 'fresh 50'],
  [{ 'cache-control': 'max-age=x' }, FRESH, 'validate request 50'],
  [{ 'cache-control': 'min-fresh=51' }, FRESH, 'validate request 50'],
  [{ 'cache-control': 'min-fresh=50' }, FRESH, 'fresh 50'],
  [{ 'cache-control': 'max-stale=5' }, 'max-age=5', 'fresh -5'],
  [{ 'cache-control': 'max-stale' }, 'max-age=5', 'fresh -5'],
  [{ 'cache-control': 'max-stale=4' }, 'max-age=5', 'validate stale -5'],
  [{ 'cache-control': 'max-stale=x' }, 'max-age=5', 'validate stale -5'],
  [
    { 'cache-control': 'max-stale' },
    'max-age=5, must-revalidate',
    'validate stale -5',
  ],
  [
    { 'cache-control': 'max-stale' },
    'max-age=5, no-cache',
    'validate stale -5',
  ],
  [
    { 'cache-control': 'max-age=60' },
    'max-age=5, stale-while-revalidate=60',
    'validate stale -5',
  ],
  [
    { 'cache-control': 'max-stale=1' },
    'max-age=5, stale-while-revalidate=60',
    'validate stale -5',
  ],
  [{ 'cache-control': 'only-if-cached' }, FRESH, 'fresh 50'],
  [
    { 'cache-control': 'only-if-cached' },
    'max-age=5',
    'only-if-cached gateway-timeout',
  ],
  [
    { 'cache-control': 'only-if-cached' },
    'max-age=5, stale-while-revalidate=60',
    'fresh -5',
  ],
  [{ 'cache-control': 'only-if-cached, max-stale' }, 'max-age=5', 'fresh -5'],
  [{ pragma: 'no-cache' }, FRESH, 'validate request 50'],
  [{ pragma: 'No-Cache, x' }, FRESH, 'validate request 50'],
  [{ pragma: 'x' }, FRESH, 'fresh 50'],
  [{ pragma: 'max-age=0' }, FRESH, 'fresh 50'],
  [{ 'cache-control': 'min-fresh=x' }, FRESH, 'fresh 50'],
  [{ 'cache-control': 'min-fresh=0' }, 'max-age=5', 'validate stale -5'],
  [
    { 'cache-control': 'max-stale=4, max-stale' },
    'max-age=5',
    'validate stale -5',
  ],
  [
    { 'cache-control': 'max-age=9, max-stale' },
    'max-age=5',
    'validate stale -5',
  ],
  [{ 'cache-control': 'max-age=10, max-stale' }, 'max-age=5', 'fresh -5'],
  [{ pragma: 'no-cache', 'cache-control': 'x' }, FRESH, 'fresh 50'],
];

for (const [fields, cacheControl, expected] of REQUESTS) {
  const what = JSON.stringify(fields);
  test(`a request with ${what} for ${cacheControl}: ${expected}`, () => {
    expect(decision(request(fields), stored(cacheControl))).toBe(expected);
  });
}

const MODES: [cache: RequestCache, cacheControl: string, decision: string][] = [
  ['no-store', FRESH, 'miss bypass'],
  ['reload', FRESH, 'miss request'],
  ['reload', 'max-age=60, immutable', 'miss request'],
  ['no-cache', FRESH, 'validate request 50'],
  ['no-cache', 'max-age=5', 'validate stale -5'],
  ['no-cache', 'max-age=60, immutable', 'fresh 50'],
  ['no-cache', 'max-age=5, immutable', 'validate stale -5'],
  [
    'no-cache',
    'max-age=5, immutable, stale-while-revalidate=60',
    'validate stale -5',
  ],
  ['no-cache', 'max-age=60, immutable, no-cache', 'validate stale 50'],
  ['force-cache', FRESH, 'fresh 50'],
  ['force-cache', 'max-age=5', 'fresh -5'],
  ['force-cache', 'max-age=5, must-revalidate', 'fresh -5'],
  ['only-if-cached', 'max-age=5', 'fresh -5'],
];

for (const [cache, cacheControl, expected] of MODES) {
  test(`cache: '${cache}' for ${cacheControl}: ${expected}`, () => {
    const view = request({}, { cache });
    expect(decision(view, stored(cacheControl))).toBe(expected);
  });
}

test('only-if-cached without a stored response ends here', () => {
  const mode = request({}, { cache: 'only-if-cached' });
  expect(decision(mode)).toBe('only-if-cached network-error');
  const directive = request({ 'cache-control': 'only-if-cached' });
  expect(decision(directive)).toBe('only-if-cached gateway-timeout');
});

test('what cannot be compared is validated, in every mode', () => {
  const star = stored(FRESH, { vary: '*' });
  expect(decision(request(), star)).toBe('validate request 50');
  const forced = request({}, { cache: 'force-cache' });
  expect(decision(forced, star)).toBe('validate request 50');
  const only = request({}, { cache: 'only-if-cached' });
  expect(decision(only, star)).toBe('only-if-cached network-error');
});

test('of several variants the most recent that matches answers', () => {
  const variant = (foo: string, at: number, cacheControl = FRESH) =>
    stored(
      cacheControl,
      { vary: 'Foo', date: new Date(NOW - at).toUTCString() },
      { requestHeaders: new Headers({ foo }) },
    );
  const view = request({ foo: '1' });
  const [older, newer] = [variant('1', 20_000), variant('1', 15_000)];
  for (const order of [
    [older, newer, variant('2', 1000)],
    [variant('2', 1000), newer, older],
  ]) {
    const found = reuse(view, order, NOW);
    expect(found.is === 'fresh' && found.stored).toBe(newer);
  }
  expect(decision(view, variant('2', 0))).toBe('miss vary-miss');
  const part = stored(
    FRESH,
    { 'content-range': 'bytes 0-1/9' },
    { status: 206 },
  );
  for (const order of [
    [part, variant('2', 0)],
    [variant('2', 0), part],
  ])
    expect(decision(view, ...order)).toBe('miss miss');
  const star = stored(FRESH, { vary: '*' });
  const found = reuse(view, [star, older], NOW);
  expect(found.is === 'fresh' && found.stored).toBe(older);
});

test('what must not be used does not stand in the way of what may', () => {
  const fresh = stored(FRESH);
  const found = reuse(request(), [stored('no-store, max-age=60'), fresh], NOW);
  expect('stored' in found && found.stored).toBe(fresh);
});

test('with equal dates the one received last answers', () => {
  const early = stored(FRESH, {}, { responseTime: NOW - 20_000 });
  const late = stored(FRESH, {}, { responseTime: NOW - 9000 });
  const date = new Date(NOW - 20_000).toUTCString();
  early.headers.set('date', date);
  late.headers.set('date', date);
  for (const order of [
    [late, early],
    [early, late],
  ]) {
    const found = reuse(request(), order, NOW);
    expect('stored' in found && found.stored).toBe(late);
  }
});

test('a later date counts more than having been received later', () => {
  const at = (age: number, received: number) =>
    stored(
      FRESH,
      { date: new Date(NOW - age).toUTCString() },
      { responseTime: NOW - received },
    );
  const [newer, older] = [at(12_000, 12_000), at(20_000, 9000)];
  for (const order of [
    [newer, older],
    [older, newer],
  ]) {
    const found = reuse(request(), order, NOW);
    expect('stored' in found && found.stored).toBe(newer);
  }
});

test('a part answers only requests for what it holds', () => {
  const part = stored(
    FRESH,
    { 'content-range': 'bytes 0-4/10' },
    { status: 206 },
  );
  expect(decision(request({ range: 'bytes=1-2' }), part)).toBe('fresh 50');
  expect(decision(request({ range: 'bytes=1-5' }), part)).toBe('miss miss');
  expect(decision(request(), part)).toBe('miss miss');
});

test('HEAD is answered from a stored GET, other methods are not', () => {
  expect(decision(request({}, { method: 'HEAD' }), stored(FRESH))).toBe(
    'fresh 50',
  );
  expect(decision(request({}, { method: 'POST' }), stored(FRESH))).toBe(
    'miss miss',
  );
});

test('after the clock was set back a response is validated', () => {
  const view = stored('max-age=60, stale-while-revalidate=60');
  const before = reuse(request(), [view], NOW - 3_600_000);
  expect(before).toMatchObject({ is: 'validate', why: 'stale', ttl: -60 });
});

const FAILURES: [
  cacheControl: string,
  failure: 'network' | number,
  result: boolean,
  fields?: Fields,
  more?: Partial<RequestView>,
][] = [
  ['max-age=5', 'network', true],
  ['max-age=5, must-revalidate', 'network', false],
  ['max-age=60, must-revalidate', 'network', true],
  ['max-age=5, proxy-revalidate', 'network', true],
  ['max-age=1, s-maxage=2', 'network', true],
  ['max-age=5, stale-if-error=x', 'network', true],
  ['max-age=5, stale-if-error=x', 503, false],
  ['max-age=5, stale-if-error', 503, false],
  ['max-age=60, stale-if-error=0', 503, true],
  ['max-age=60', 503, false],
  ['max-age=5, stale-if-error=5', 502, true],
  ['max-age=5, stale-if-error=5', 504, true],
  ['max-age=5, stale-if-error=5', 505, false],
  ['max-age=5, stale-if-error=5', 429, false],
  [
    'max-age=5, stale-if-error=9',
    503,
    true,
    { 'cache-control': 'stale-if-error=1' },
  ],
  ['max-age=5', 'network', false, { 'cache-control': 'no-store' }],
  ['max-age=5', 'network', false, {}, { cache: 'no-store' }],
  ['max-age=60, no-cache', 'network', false],
  ['max-age=5, stale-if-error=5', 'network', true],
  ['max-age=5, stale-if-error=4', 'network', false],
  ['max-age=60, stale-if-error=0', 'network', true],
  ['max-age=5', 503, false],
  ['max-age=5, stale-if-error=5', 503, true],
  ['max-age=5, stale-if-error=5', 500, true],
  ['max-age=5, stale-if-error=4', 503, false],
  ['max-age=5, stale-if-error=5', 501, false],
  ['max-age=5, stale-if-error=5', 404, false],
  ['max-age=5, stale-if-error=5, must-revalidate', 503, false],
  ['max-age=5', 503, true, { 'cache-control': 'stale-if-error=9' }],
  ['max-age=5', 'network', false, { 'cache-control': 'stale-if-error=4' }],
  ['max-age=5', 'network', false, { 'cache-control': 'no-cache' }],
  ['max-age=5', 'network', false, { pragma: 'no-cache' }],
  ['max-age=5', 'network', false, {}, { cache: 'no-cache' }],
  ['max-age=5', 'network', true, {}, { cache: 'no-cache', mode: 'navigate' }],
  ['max-age=5', 'network', false, {}, { cache: 'reload', mode: 'navigate' }],
];

for (const [cacheControl, failure, result, fields, more] of FAILURES) {
  const asked = JSON.stringify({ ...fields, ...more });
  test(`after ${failure}, ${cacheControl} for ${asked}: ${result}`, () => {
    const view = request(fields, more);
    expect(mayServeStale(view, stored(cacheControl), NOW, failure)).toBe(
      result,
    );
  });
}

test('what cannot be compared never stands in for a failed network', () => {
  for (const vary of ['*', 'Cookie']) {
    const view = stored(FRESH, { vary });
    expect(mayServeStale(request(), view, NOW, 'network')).toBe(false);
  }
});

test('after the clock was set back a response still stands in', () => {
  const view = stored('max-age=60, stale-if-error=60');
  const before = NOW - 3_600_000;
  expect(mayServeStale(request(), view, before, 'network')).toBe(true);
});

test('only must-revalidate and no-cache ask for a 504', () => {
  expect(errorAnswer(stored('max-age=5'))).toBe('network-error');
  expect(errorAnswer(stored('must-revalidate'))).toBe('gateway-timeout');
  expect(errorAnswer(stored('no-cache'))).toBe('gateway-timeout');
  expect(errorAnswer(stored('no-cache="a"'))).toBe('network-error');
});
