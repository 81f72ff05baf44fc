/** The six cache modes of fetch() and the directives of a request (Fetch section 2.2.5, RFC 9111 section 5.2.1). */
import {
  FRESH,
  NOT_MODIFIED,
  HIT,
  ok,
  STALE,
  withHeaders,
  type Exchange,
  type HttpCase,
  pure,
} from './case.js';

const fresh: Exchange = { answer: ok('old', { ...FRESH, etag: '"one"' }) };
const stale: Exchange = { answer: ok('old', STALE) };
const asking = (value: string): RequestInit =>
  withHeaders({ 'cache-control': value });

const row = (
  name: string,
  spec: string,
  kind: HttpCase['kind'],
  ...requests: readonly [Exchange, ...Exchange[]]
): HttpCase => ({ name, spec, kind, requests });

const mode = (cache: RequestCache): RequestInit =>
  cache === 'only-if-cached' ? { cache, mode: 'same-origin' } : { cache };

const notModified = (init: RequestInit): Exchange => ({
  init,
  answer: NOT_MODIFIED,
  sent: { 'if-none-match': '"one"' },
  body: 'old',
});

const asksFor = (
  name: string,
  directive: string,
  first: Exchange,
  why: string,
): HttpCase =>
  row(name, 'RFC 9111 5.2.1', 'required', first, {
    ...notModified(asking(directive)),
    cacheStatus: `mendbox; fwd=${why}; fwd-status=304`,
  });

const isHit = (
  name: string,
  init: RequestInit,
  first: Exchange,
  ttl: number,
): HttpCase =>
  row(name, 'RFC 9111 5.2.1', 'optimal', first, {
    init,
    body: 'old',
    cacheStatus: `mendbox; hit; ttl=${ttl}`,
  });

const timeout: Exchange = {
  init: asking('only-if-cached'),
  status: 504,
  cacheStatus: 'mendbox; detail=only-if-cached',
};

export const modes: readonly HttpCase[] = pure([
  row(
    'no-store neither reads nor writes',
    'Fetch 2.2.5',
    'required',
    fresh,
    {
      init: mode('no-store'),
      answer: ok('new'),
      cacheStatus: 'mendbox; fwd=bypass; fwd-status=200',
    },
    { body: 'old', cacheStatus: HIT },
  ),
  row(
    'reload does not read, but writes',
    'Fetch 2.2.5',
    'required',
    fresh,
    {
      init: mode('reload'),
      answer: ok('new'),
      sent: { 'if-none-match': undefined },
      cacheStatus: 'mendbox; fwd=request; fwd-status=200; stored',
    },
    { body: 'new', cacheStatus: HIT },
  ),
  row(
    'no-cache validates what is fresh',
    'Fetch 2.2.5',
    'required',
    fresh,
    {
      ...notModified(mode('no-cache')),
      cacheStatus: 'mendbox; fwd=request; fwd-status=304',
    },
    { body: 'old', cacheStatus: HIT },
  ),
  row(
    'no-cache does not validate what is immutable and fresh',
    'RFC 8246 2',
    'optimal',
    { answer: ok('old', { 'cache-control': 'max-age=3600, immutable' }) },
    { init: mode('no-cache'), body: 'old', cacheStatus: HIT },
  ),
  row(
    'reload asks for what is immutable too',
    'RFC 8246 2',
    'required',
    { answer: ok('old', { 'cache-control': 'max-age=3600, immutable' }) },
    { init: mode('reload'), answer: ok('new') },
  ),
  row(
    'immutable ends with freshness',
    'RFC 8246 2',
    'required',
    {
      answer: ok('old', {
        ...STALE,
        'cache-control': 'max-age=60, immutable',
      }),
    },
    notModified(mode('no-cache')),
  ),
  isHit('force-cache takes what is stale', mode('force-cache'), stale, -40),
  row(
    'force-cache asks where nothing is stored',
    'Fetch 2.2.5',
    'required',
    { init: mode('force-cache'), answer: ok('new') },
    { body: 'new', cacheStatus: HIT },
  ),
  isHit(
    'only-if-cached takes what is fresh',
    mode('only-if-cached'),
    fresh,
    3600,
  ),
  isHit(
    'only-if-cached takes what is stale',
    mode('only-if-cached'),
    stale,
    -40,
  ),
  {
    ...row(
      'only-if-cached fails where nothing is stored',
      'Fetch 4.5',
      'required',
      { init: mode('only-if-cached'), error: true },
    ),
    not: ['webkit', 'WebKitGTK 2.50 sends it, with a worker and without'],
  },
  row(
    'only-if-cached in the request, and nothing stored: 504',
    'RFC 9111 5.2.1.7',
    'required',
    timeout,
  ),
  row(
    'only-if-cached in the request, and only a stale response: 504',
    'RFC 9111 5.2.1.7',
    'required',
    stale,
    timeout,
  ),
  isHit(
    'only-if-cached in the request takes what is fresh',
    asking('only-if-cached'),
    fresh,
    3600,
  ),
  asksFor('no-cache asks about what is fresh', 'no-cache', fresh, 'request'),
  asksFor(
    'max-age=0 asks about what is fresh',
    'max-age=0',
    {
      answer: ok('old', { ...FRESH, etag: '"one"', age: '10' }),
    },
    'request',
  ),
  asksFor(
    'min-fresh above what is left asks',
    'min-fresh=7200',
    fresh,
    'request',
  ),
  isHit(
    'min-fresh below what is left is content',
    asking('min-fresh=600'),
    fresh,
    3600,
  ),
  isHit('max-stale takes any staleness', asking('max-stale'), stale, -40),
  isHit('max-stale=600 takes 40 seconds', asking('max-stale=600'), stale, -40),
  asksFor('max-stale=10 refuses 40 seconds', 'max-stale=10', stale, 'stale'),
  row(
    'max-stale does not overrule must-revalidate',
    'RFC 9111 5.2.2.2',
    'required',
    {
      answer: ok('old', {
        ...STALE,
        'cache-control': 'max-age=60, must-revalidate',
      }),
    },
    notModified(asking('max-stale')),
  ),
  row(
    'no-store in the request neither reads nor writes',
    'RFC 9111 5.2.1.5',
    'required',
    fresh,
    {
      init: asking('no-store'),
      answer: ok('new'),
      cacheStatus: 'mendbox; fwd=bypass; fwd-status=200',
    },
    { body: 'old', cacheStatus: HIT },
  ),
  row(
    'Pragma: no-cache counts where there is no Cache-Control',
    'RFC 9111 5.4',
    'optimal',
    fresh,
    notModified(withHeaders({ pragma: 'no-cache' })),
  ),
]);
