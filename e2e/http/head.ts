/** HEAD answered from GET, and HEAD updating GET (RFC 9111 sections 4 and 4.3.5). */
import {
  FRESH,
  NOT_MODIFIED,
  HIT,
  ok,
  pure,
  STALE,
  type Exchange,
  type HttpCase,
} from './case.js';

const HEAD: RequestInit = { method: 'HEAD' };
const stored: Exchange = { answer: ok('body', STALE) };
const storedFresh: Exchange = {
  answer: ok('body', { ...FRESH, etag: '"one"' }),
};

const head = (
  headers: Readonly<Record<string, string>>,
  init: RequestInit = HEAD,
): Exchange => ({ init, answer: { headers }, status: 200, body: '' });

const outdated = (name: string, exchange: Exchange): HttpCase => ({
  name,
  spec: 'RFC 9111 4.3.5',
  kind: 'required',
  requests: [stored, exchange, { answer: ok('new') }],
});

const updated = (
  name: string,
  first: Exchange,
  exchange: Exchange,
): HttpCase => ({
  name,
  spec: 'RFC 9111 4.3.5',
  kind: 'optimal',
  requests: [
    first,
    exchange,
    { body: 'body', headers: { 'x-news': 'yes' }, cacheStatus: HIT },
  ],
});

const reload: RequestInit = { method: 'HEAD', cache: 'reload' };

/** Only a browser follows a redirect. */
const redirected: HttpCase = {
  name: 'a HEAD that is redirected says nothing of the stored GET',
  spec: 'RFC 9111 4.3.5',
  kind: 'required',
  requests: [
    { answer: ok('body', { 'cache-control': 'max-age=60', age: '100' }) },
    {
      init: HEAD,
      answer: {
        status: 302,
        headers: { location: '{case}/to', 'cache-control': 'no-store' },
      },
      also: ['/to', { headers: FRESH }],
      status: 200,
    },
    { answer: ok('new') },
  ],
};

const table: readonly HttpCase[] = [
  redirected,
  ...pure([
    {
      name: 'a fresh response to GET answers HEAD without its body',
      spec: 'RFC 9111 4',
      kind: 'optimal',
      requests: [
        { answer: ok('body', { ...FRESH, 'x-own': 'yes' }) },
        {
          init: HEAD,
          body: '',
          headers: { 'x-own': 'yes' },
          cacheStatus: HIT,
        },
      ],
    },
    {
      name: 'a HEAD is not stored and never answers GET',
      spec: 'RFC 9110 9.3.2',
      kind: 'required',
      requests: [
        {
          init: HEAD,
          answer: { headers: FRESH },
          status: 200,
          cacheStatus: 'mendbox; fwd=uri-miss; fwd-status=200',
        },
        { answer: ok('body') },
      ],
    },
    {
      name: 'a HEAD that validates a stale GET by a 304 freshens it',
      spec: 'RFC 9111 4.3.4',
      kind: 'optimal',
      requests: [
        stored,
        {
          init: HEAD,
          answer: NOT_MODIFIED,
          sent: { 'if-none-match': '"one"' },
          body: '',
          cacheStatus: 'mendbox; fwd=stale; fwd-status=304',
        },
        { body: 'body', cacheStatus: HIT },
      ],
    },
    updated(
      'a HEAD with the same tag freshens the stored GET',
      stored,
      head({ ...FRESH, etag: '"one"', 'x-news': 'yes' }),
    ),
    updated(
      'a HEAD with cache mode reload freshens the stored GET too',
      storedFresh,
      head({ ...FRESH, etag: '"one"', 'x-news': 'yes' }, reload),
    ),
    outdated(
      'a HEAD with another tag outdates the stored GET',
      head({ ...FRESH, etag: '"two"' }),
    ),
    outdated(
      'a HEAD with another Content-Length outdates the stored GET',
      head({ ...FRESH, etag: '"one"', 'content-length': '99' }),
    ),
    {
      name: 'a HEAD with cache mode reload and another tag outdates the stored GET',
      spec: 'RFC 9111 4.3.5',
      kind: 'required',
      requests: [
        storedFresh,
        head({ ...FRESH, etag: '"two"' }, reload),
        { answer: ok('new') },
      ],
    },
    {
      name: 'a HEAD that fails with a 404 leaves the stored GET alone',
      spec: 'RFC 9111 4.3.5',
      kind: 'optimal',
      requests: [
        storedFresh,
        { init: reload, answer: { status: 404 }, status: 404 },
        { body: 'body', cacheStatus: HIT },
      ],
    },
  ]),
];

export { table as head };
