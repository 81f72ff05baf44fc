/** What time does to stored responses (RFC 9111 section 4.2, RFC 5861, RFC 8246): in Node, where it can be made to pass. */
import {
  HANG_UP,
  httpDate,
  NOT_MODIFIED,
  ok,
  pure,
  withHeaders,
  type Exchange,
  type HttpCase,
} from './case.js';

const stored = (cacheControl: string, headers = {}): Exchange => ({
  answer: ok('old', {
    'cache-control': cacheControl,
    etag: '"one"',
    ...headers,
  }),
});

const after = (later: number, exchange: Exchange): Exchange => ({
  later,
  ...exchange,
});

const hit = (ttl: number): Exchange => ({
  status: 200,
  body: 'old',
  cacheStatus: `mendbox; hit; ttl=${ttl}`,
});

const asked: Exchange = {
  answer: NOT_MODIFIED,
  sent: { 'if-none-match': '"one"' },
  body: 'old',
  cacheStatus: 'mendbox; fwd=stale; fwd-status=304',
};

const failed: Exchange = {
  answer: HANG_UP,
  status: 200,
  body: 'old',
  cacheStatus: 'mendbox; fwd=stale; detail=stale-if-error',
};

const row = (
  name: string,
  spec: string,
  ...requests: readonly [Exchange, ...Exchange[]]
): HttpCase => ({ name, spec, kind: 'required', requests });

export const time: readonly HttpCase[] = pure([
  row(
    'a response is fresh for as long as max-age says, and not a second longer',
    'RFC 9111 4.2',
    stored('max-age=60'),
    after(30, { ...hit(30), headers: { age: '30' } }),
    after(29, { ...hit(1), headers: { age: '59' } }),
    after(1, asked),
  ),
  row(
    'the age that a response came with counts',
    'RFC 9111 4.2.3',
    stored('max-age=60', { age: '50' }),
    after(9, { ...hit(1), headers: { age: '59' } }),
    after(1, asked),
  ),
  row(
    'a 304 starts the time anew',
    'RFC 9111 4.3.4',
    stored('max-age=60', { age: '50' }),
    after(10, {
      ...asked,
      answer: { status: 304, headers: { age: '5' } },
      headers: { age: '5' },
    }),
    after(54, { ...hit(1), headers: { age: '59' } }),
    after(1, asked),
  ),
  row(
    'Expires counts from Date',
    'RFC 9111 4.2.1',
    {
      answer: ok('old', {
        date: httpDate(0),
        expires: httpDate(60),
        etag: '"one"',
      }),
    },
    after(55, { body: 'old', headers: { age: /^5[4-7]$/ } }),
    after(10, asked),
  ),
  row(
    'a tenth of the time since Last-Modified, and no more',
    'RFC 9111 4.2.2',
    {
      answer: ok('old', {
        date: httpDate(0),
        'last-modified': httpDate(-1000),
        etag: '"one"',
      }),
    },
    after(95, { body: 'old' }),
    after(10, asked),
  ),
  row(
    'a guess is never good for more than a day',
    'RFC 9111 4.2.2',
    {
      answer: ok('old', {
        date: httpDate(0),
        'last-modified': httpDate(-864_000_000),
        etag: '"one"',
      }),
    },
    after(86_300, { body: 'old' }),
    after(200, asked),
  ),
  row(
    'the longest lifetime there is ends after 2^31 seconds',
    'RFC 9111 1.2.2',
    stored('max-age=99999999999'),
    after(2 ** 31 - 1, hit(1)),
    after(1, asked),
  ),
  row(
    'stale-while-revalidate answers within its window only',
    'RFC 5861 3',
    stored('max-age=60, stale-while-revalidate=30'),
    after(89, { ...hit(-29), behind: true, answer: HANG_UP }),
    after(1, asked),
  ),
  row(
    'what was asked behind the answer is the answer from then on',
    'RFC 5861 3',
    stored('max-age=60, stale-while-revalidate=30'),
    after(70, { ...hit(-10), behind: true, answer: ok('new') }),
    { body: 'new', cacheStatus: 'mendbox; hit; ttl=3600' },
  ),
  row(
    'stale-if-error answers within its window only, whatever the error is',
    'RFC 5861 4',
    stored('max-age=60, stale-if-error=30'),
    after(90, failed),
    {
      ...failed,
      answer: { status: 503 },
      cacheStatus: 'mendbox; fwd=stale; fwd-status=503; detail=stale-if-error',
    },
    after(1, { answer: { status: 503 }, status: 503 }),
    { answer: HANG_UP, error: true },
  ),
  row(
    'without a network a stale response answers years later',
    'RFC 9111 4.2.4',
    stored('max-age=60'),
    after(10 ** 8, failed),
  ),
  row(
    'must-revalidate ends with freshness',
    'RFC 9111 5.2.2.2',
    stored('max-age=60, must-revalidate'),
    after(59, hit(1)),
    after(1, { answer: HANG_UP, status: 504 }),
  ),
  row(
    'immutable ends to the second',
    'RFC 8246 2',
    stored('max-age=60, immutable'),
    after(59, { init: { cache: 'no-cache' }, ...hit(1) }),
    after(1, { init: { cache: 'no-cache' }, ...asked }),
  ),
  row(
    'max-stale is met to the second',
    'RFC 9111 5.2.1.2',
    stored('max-age=60'),
    after(70, {
      init: withHeaders({ 'cache-control': 'max-stale=10' }),
      ...hit(-10),
    }),
    after(1, {
      init: withHeaders({ 'cache-control': 'max-stale=10' }),
      ...asked,
    }),
  ),
  row(
    'min-fresh is met to the second',
    'RFC 9111 5.2.1.3',
    stored('max-age=60'),
    after(50, {
      init: withHeaders({ 'cache-control': 'min-fresh=10' }),
      ...hit(10),
    }),
    after(1, {
      init: withHeaders({ 'cache-control': 'min-fresh=10' }),
      ...asked,
      cacheStatus: 'mendbox; fwd=request; fwd-status=304',
    }),
  ),
  row(
    'max-age in the request is met to the second',
    'RFC 9111 5.2.1.1',
    stored('max-age=3600'),
    after(10, {
      init: withHeaders({ 'cache-control': 'max-age=10' }),
      ...hit(3590),
    }),
    after(1, {
      init: withHeaders({ 'cache-control': 'max-age=10' }),
      ...asked,
      cacheStatus: 'mendbox; fwd=request; fwd-status=304',
    }),
  ),
  row(
    'force-cache pays no attention to time',
    'Fetch 2.2.5',
    stored('max-age=60'),
    after(1060, { init: { cache: 'force-cache' }, ...hit(-1000) }),
  ),
  row(
    'a HEAD makes the stored response to GET fresh again',
    'RFC 9111 4.3.5',
    stored('max-age=60'),
    after(61, {
      init: { method: 'HEAD' },
      answer: { headers: { 'cache-control': 'max-age=60', etag: '"one"' } },
      body: '',
    }),
    after(59, hit(1)),
    after(1, asked),
  ),
  row(
    'a clock that is set back makes nothing fresh, and takes nothing away',
    'RFC 9111 4.2',
    stored('max-age=60, stale-while-revalidate=60'),
    after(-3600, failed),
    asked,
  ),
]);
