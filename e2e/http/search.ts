/** Queries of which parts make no difference (No-Vary-Search, draft-ietf-httpbis-no-vary-search). */
import {
  FRESH,
  NOT_MODIFIED,
  HIT,
  ok,
  type Exchange,
  type HttpCase,
  pure,
} from './case.js';

/** Stale, and kept by nobody else: Chromium's HTTP cache would ask the equivalent URL in the place of the one it is given. */
const OURS = {
  'cache-control': 'no-store',
  'sw-cache-control': 'max-age=60',
  age: '100',
  etag: '"one"',
};

const ruled = (rule: string, headers = {}): Exchange['answer'] =>
  ok('one', { ...FRESH, ...headers, 'no-vary-search': rule });

const row = (
  name: string,
  kind: HttpCase['kind'],
  rule: string,
  ...then: readonly Exchange[]
): HttpCase => ({
  name,
  spec: 'No-Vary-Search 6',
  kind,
  requests: [{ at: '?a=1&b=2', answer: ruled(rule) }, ...then],
});

/** Answered by the response of another URL, the key of which is told (RFC 9211 section 2.7). */
const same = (at: string, of = '?a=1&b=2'): Exchange => ({
  at,
  body: 'one',
  cacheStatus: `${HIT}; key="{origin}{case}${of}"`,
});
const other = (at: string): Exchange => ({
  at,
  answer: ok('other'),
  cacheStatus: 'mendbox; fwd=uri-miss; fwd-status=200; stored',
});

export const search: readonly HttpCase[] = pure([
  row(
    'a named parameter makes no difference',
    'optimal',
    'params=("b")',
    same('?a=1&b=3'),
    same('?a=1'),
    same('?b=9&a=1'),
  ),
  row(
    'a parameter that is not named makes one',
    'required',
    'params=("b")',
    other('?a=2&b=2'),
  ),
  row(
    'params without a list: the query makes no difference',
    'optimal',
    'params',
    same('?x=y'),
    same('?a=1'),
  ),
  row(
    'all but the excepted make no difference',
    'optimal',
    'params, except=("a")',
    same('?a=1&x=y'),
    other('?a=2&b=2'),
  ),
  row(
    'the order makes no difference if the response says so',
    'optimal',
    'key-order',
    same('?b=2&a=1'),
  ),
  row(
    'the order makes a difference otherwise',
    'required',
    'params=("x")',
    other('?b=2&a=1'),
  ),
  row(
    'a rule that is not understood counts for nothing',
    'required',
    'params=(1 2)',
    other('?a=1&b=3'),
  ),
  row(
    'a rule speaks of its own path only',
    'required',
    'params',
    other('/below?a=1&b=2'),
  ),
  {
    name: 'without the field every difference of the query counts',
    spec: 'RFC 9111 4',
    kind: 'required',
    requests: [{ at: '?a=1', answer: ok('one') }, other('?a=2')],
  },
  {
    name: 'the response of the very URL comes first',
    spec: 'No-Vary-Search 6',
    kind: 'required',
    requests: [
      { at: '?a=1', answer: ok('own') },
      { at: '?a=2', answer: ruled('params') },
      { at: '?a=1', body: 'own', cacheStatus: HIT },
      same('?a=3', '?a=2'),
    ],
  },
  {
    name: 'a stale response of an equivalent URL is validated',
    spec: 'RFC 9111 4.3',
    kind: 'optimal',
    requests: [
      { at: '?a=1', answer: ruled('params', OURS) },
      {
        at: '?a=2',
        answer: NOT_MODIFIED,
        sent: { 'if-none-match': '"one"' },
        body: 'one',
        cacheStatus: 'mendbox; fwd=stale; fwd-status=304',
      },
      { at: '?a=1', body: 'one', cacheStatus: 'mendbox; hit; ttl=60' },
    ],
  },
  {
    name: 'a response that replaces a stale equivalent one is stored under its own URL',
    spec: 'No-Vary-Search 6',
    kind: 'required',
    requests: [
      { at: '?a=1', answer: ruled('params', OURS) },
      { at: '?a=2', answer: ok('two') },
      { at: '?a=2', body: 'two', cacheStatus: HIT },
      { at: '?a=1', answer: NOT_MODIFIED, body: 'one' },
    ],
  },
  {
    name: 'Vary holds among equivalent URLs',
    spec: 'RFC 9111 4.1',
    kind: 'required',
    requests: [
      {
        at: '?a=1',
        init: { headers: { 'x-kind': '1' } },
        answer: ruled('params', { vary: 'X-Kind' }),
      },
      { at: '?a=2', init: { headers: { 'x-kind': '2' } }, answer: ok('two') },
      { ...same('?a=3', '?a=1'), init: { headers: { 'x-kind': '1' } } },
    ],
  },
  {
    name: 'an unsafe request outdates the equivalent URLs too',
    spec: 'RFC 9111 4.4',
    kind: 'required',
    requests: [
      { at: '?a=1', answer: ruled('params') },
      { at: '?a=2', init: { method: 'POST' }, answer: { status: 204 } },
      { at: '?a=2', answer: ok('new') },
      { at: '?a=1', answer: ok('newer') },
    ],
  },
  {
    name: 'a reload asks in spite of an equivalent URL',
    spec: 'Fetch 2.2.5',
    kind: 'required',
    requests: [
      { at: '?a=1', answer: ruled('params') },
      { at: '?a=2', init: { cache: 'reload' }, answer: ok('new') },
    ],
  },
]);
