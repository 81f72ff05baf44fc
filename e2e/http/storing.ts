/** What is stored, for how long, and what is left alone (RFC 9111 sections 3 to 5, RFC 8246, RFC 9213). */
import type { Answer } from '../origin.js';
import {
  FRESH,
  httpDate,
  NOT_MODIFIED,
  HIT,
  ok,
  withHeaders,
  type Exchange,
  type HttpCase,
  pure,
} from './case.js';

/** Asked twice, answered once. */
const kept = (
  name: string,
  spec: string,
  answer: Answer,
  headers: Exchange['headers'] = {},
): HttpCase => ({
  name,
  spec,
  kind: 'optimal',
  requests: [
    { answer },
    {
      status: answer.status ?? 200,
      body: answer.body?.toString() ?? '',
      headers: { ...headers, 'cache-status': /^mendbox; hit; ttl=\d+$/ },
    },
  ],
});

/** Asked twice, answered twice. */
const notKept = (
  name: string,
  spec: string,
  answer: Answer,
  init: RequestInit = {},
): HttpCase => ({
  name,
  spec,
  kind: 'required',
  requests: [
    {
      init,
      answer,
      headers: { 'cache-status': /^mendbox; fwd=[a-z-]+; fwd-status=\d+$/ },
    },
    { answer: ok('second') },
  ],
});

/** Stored, and asked about before it is used again. */
const validated = (name: string, spec: string, headers: object): HttpCase => ({
  name,
  spec,
  kind: 'required',
  requests: [
    { answer: ok('first', { etag: '"one"', ...headers }) },
    {
      answer: { status: 304 },
      sent: { 'if-none-match': '"one"' },
      body: 'first',
      cacheStatus: 'mendbox; fwd=stale; fwd-status=304',
    },
  ],
});

const untouched = (name: string, condition: object): HttpCase => ({
  name,
  spec: 'Fetch 4.5',
  kind: 'required',
  requests: [
    { answer: ok('first', { ...FRESH, etag: '"one"' }) },
    {
      init: withHeaders({ ...condition }),
      answer: { status: 304, headers: { etag: '"one"' } },
      sent: { ...condition },
      status: 304,
      body: '',
      cacheStatus: undefined,
    },
    { body: 'first', cacheStatus: HIT },
  ],
});

const cc = (value: string): Record<string, string> => ({
  'cache-control': value,
});

export const storing: readonly HttpCase[] = [
  ...pure([
    {
      name: 'the first request is forwarded and stored, the second is a hit with its age',
      spec: 'RFC 9211 2',
      kind: 'required',
      requests: [
        {
          answer: ok('body', { ...FRESH, age: '60' }),
          cacheStatus: 'mendbox; fwd=uri-miss; fwd-status=200; stored',
        },
        {
          body: 'body',
          headers: { age: /^[6-9]\d$/, date: /GMT$/ },
          cacheStatus: 'mendbox; hit; ttl=3540',
        },
      ],
    },
    {
      name: 'Cache-Status is appended to what caches on the way have said',
      spec: 'RFC 9211 2',
      kind: 'required',
      requests: [
        {
          answer: ok('body', { ...FRESH, 'cache-status': 'edge; hit' }),
          cacheStatus:
            'edge; hit, mendbox; fwd=uri-miss; fwd-status=200; stored',
        },
        { cacheStatus: 'edge; hit, mendbox; hit; ttl=3600' },
      ],
    },
    {
      name: 'what cannot be stored is not said to be',
      spec: 'RFC 9211 2.5',
      kind: 'required',
      requests: [
        {
          answer: ok('body', cc('no-store')),
          cacheStatus: 'mendbox; fwd=uri-miss; fwd-status=200',
        },
      ],
    },
    notKept('no-store', 'RFC 9111 5.2.2.5', ok('first', cc('no-store'))),
    notKept(
      'no-store among other directives, in any case',
      'RFC 9111 5.2.2.5',
      ok('first', cc('max-age=3600, No-Store')),
    ),
    notKept(
      'no-store in the request',
      'RFC 9111 5.2.1.5',
      ok('first'),
      withHeaders(cc('no-store')),
    ),
    notKept(
      'neither a lifetime nor a validator',
      'RFC 9111 3',
      ok('first', {}),
    ),
    {
      name: 'a lifetime that is no number is over',
      spec: 'RFC 9111 4.2.1',
      kind: 'required',
      requests: [
        { answer: ok('first', cc('max-age=soon')) },
        { answer: ok('second') },
      ],
    },
    notKept('must-understand with an unknown status', 'RFC 9111 5.2.2.3', {
      status: 299,
      headers: cc('max-age=3600, must-understand'),
      body: 'first',
    }),
    kept(
      'must-understand with a known status overrules no-store',
      'RFC 9111 5.2.2.3',
      ok('first', cc('max-age=3600, must-understand, no-store')),
    ),
    kept('an unknown status with a lifetime of its own', 'RFC 9111 3', {
      status: 299,
      headers: FRESH,
      body: 'first',
    }),
    kept('a 404 with a lifetime of its own', 'RFC 9111 3', {
      status: 404,
      headers: FRESH,
      body: 'not here',
    }),
    kept('a 204', 'RFC 9110 15.3.5', { status: 204, headers: FRESH }),
    kept(
      'private',
      'RFC 9111 5.2.2.7',
      ok('first', cc('private, max-age=3600')),
    ),
    kept('an empty body', 'RFC 9111 3', ok('')),
    kept(
      'Expires in the future',
      'RFC 9111 5.3',
      ok('first', { expires: httpDate(3600), date: httpDate(0) }),
    ),
    ...[
      'Thu, 18 Aug 2050 02:01:18 GMT',
      'THU, 18 aug 2050 02:01:18 gmt',
      'Thursday, 18-Aug-50 02:01:18 GMT',
      'Thu Aug 18 02:01:18 2050',
      'Tue Aug  9 02:01:18 2050',
    ].map((expires) =>
      kept(
        `Expires: ${expires}`,
        'RFC 9110 5.6.7',
        ok('first', { expires, date: httpDate(0) }),
      ),
    ),
    ...[
      'Thu, 18 Aug 50 02:01:18 GMT',
      'Thu, 18 Aug 2050 02:01:18 UTC',
      'Thu, 18 Aug 2050 2:01:18 GMT',
      'Thu, 18-Aug-2050 02:01:18 GMT',
      'Thu, 31 Jun 2050 02:01:18 GMT',
      'Thu, 18 Aug 2050 24:00:00 GMT',
      'Thu Aug 9 02:01:18 2050',
      '2050-08-18T02:01:18Z',
      '4102444800',
    ].map((expires) =>
      validated(`Expires: ${expires}, which is no date`, 'RFC 9111 5.3', {
        expires,
        date: httpDate(0),
      }),
    ),
    kept(
      'a tenth of the time since Last-Modified',
      'RFC 9111 4.2.2',
      ok('first', { 'last-modified': httpDate(-864_000), date: httpDate(0) }),
    ),
    kept(
      'fields that the cache does not know',
      'RFC 9111 3.1',
      ok('first', { ...FRESH, 'x-own': 'a, b' }),
      { 'x-own': 'a, b' },
    ),
    kept(
      'fields that Connection names are dropped',
      'RFC 9111 3.1',
      ok('first', { ...FRESH, connection: 'x-hop, close', 'x-hop': 'yes' }),
      { 'x-hop': undefined },
    ),
    kept(
      'SW-Cache-Control overrules Cache-Control',
      'RFC 9213 2.2',
      ok('first', { ...cc('no-store'), 'sw-cache-control': 'max-age=3600' }),
    ),
    notKept(
      'SW-Cache-Control: no-store overrules a long max-age',
      'RFC 9213 2.2',
      ok('first', { ...FRESH, 'sw-cache-control': 'no-store' }),
    ),
    validated('no-cache', 'RFC 9111 5.2.2.4', cc('no-cache, max-age=3600')),
    validated('max-age=0', 'RFC 9111 4.2', cc('max-age=0')),
    validated(
      'two lifetimes, the first of which is over',
      'RFC 9111 4.2.1',
      cc('max-age=0, max-age=3600'),
    ),
    validated('Expires: 0 is in the past', 'RFC 9111 5.3', { expires: '0' }),
    validated('an Age above the lifetime', 'RFC 9111 4.2.3', {
      ...FRESH,
      age: '4000',
    }),
    {
      name: 'a field named by no-cache is not served without validation',
      spec: 'RFC 9111 5.2.2.4',
      kind: 'required',
      requests: [
        {
          answer: ok('first', {
            ...cc('max-age=3600, no-cache="x-secret"'),
            'x-secret': 'yes',
          }),
          headers: { 'x-secret': 'yes' },
        },
        { body: 'first', headers: { 'x-secret': undefined } },
      ],
    },
    {
      name: 'a 304 updates the stored fields and not the body',
      spec: 'RFC 9111 3.2',
      kind: 'required',
      requests: [
        {
          answer: ok('first', { ...cc('no-cache'), etag: '"one"', 'x-v': '1' }),
        },
        {
          answer: { status: 304, headers: { ...FRESH, 'x-v': '2' } },
          body: 'first',
          headers: { 'x-v': '2' },
        },
        { body: 'first', headers: { 'x-v': '2' }, cacheStatus: HIT },
      ],
    },
    ...['GET', 'HEAD'].map((method): HttpCase => ({
      name: `no-store in a 304 to a ${method} ends the use of what is stored`,
      spec: 'RFC 9111 5.2.2.5',
      kind: 'required',
      requests: [
        { answer: ok('first', { ...cc('no-cache'), etag: '"one"' }) },
        {
          init: { method },
          answer: { status: 304, headers: cc('no-store, max-age=3600') },
          status: 200,
          body: method === 'HEAD' ? '' : 'first',
        },
        {
          answer: ok('second'),
          sent: { 'if-none-match': undefined },
          cacheStatus: 'mendbox; fwd=uri-miss; fwd-status=200; stored',
        },
      ],
    })),
    {
      name: 'a 200 that answers a validation replaces what is stored',
      spec: 'RFC 9111 4.3.3',
      kind: 'required',
      requests: [
        { answer: ok('first', { ...cc('no-cache'), etag: '"one"' }) },
        {
          answer: ok('second', { ...FRESH, etag: '"two"' }),
          cacheStatus: 'mendbox; fwd=stale; fwd-status=200; stored',
        },
        { body: 'second', cacheStatus: HIT },
      ],
    },
    {
      name: 'a 204 that answers a validation replaces a body by none',
      spec: 'RFC 9111 4.3.3',
      kind: 'required',
      requests: [
        { answer: ok('first', { ...cc('no-cache'), etag: '"one"' }) },
        { answer: { status: 204, headers: FRESH } },
        { status: 204, body: '', cacheStatus: HIT },
      ],
    },
    {
      name: 'Last-Modified validates where there is no tag',
      spec: 'RFC 9111 4.3.1',
      kind: 'optimal',
      requests: [
        {
          answer: ok('first', {
            ...cc('no-cache'),
            'last-modified': 'Sun, 06 Nov 2022 08:49:37 GMT',
          }),
        },
        {
          answer: NOT_MODIFIED,
          sent: {
            'if-modified-since': 'Sun, 06 Nov 2022 08:49:37 GMT',
            'if-none-match': undefined,
          },
          body: 'first',
        },
      ],
    },
  ]),
  {
    name: 'what came without credentials does not answer with them, on the same origin either',
    spec: 'Fetch 2.2.5',
    kind: 'required',
    requests: [
      {
        cookie: 'user=one',
        init: { credentials: 'omit' },
        answer: ok('without'),
        sent: { cookie: undefined },
      },
      { answer: ok('with'), sent: { cookie: /user=one/ } },
      { init: { credentials: 'omit' }, body: 'without', cacheStatus: HIT },
      { init: { credentials: 'include' }, body: 'with', cacheStatus: HIT },
    ],
  },
  untouched("a page's own If-None-Match is its own affair", {
    'if-none-match': '"one"',
  }),
  untouched("a page's own If-Modified-Since is its own affair", {
    'if-modified-since': 'Sun, 06 Nov 2022 08:49:37 GMT',
  }),
  {
    name: 'what a fetch got through a redirect is passed on and not stored',
    spec: 'Fetch 4.4',
    kind: 'required',
    requests: [
      {
        answer: { status: 302, headers: { ...FRESH, location: '/http/to' } },
        also: ['/there', ok('unused')],
        init: { redirect: 'manual' },
        status: 0,
        type: 'opaqueredirect',
        cacheStatus: undefined,
      },
      { answer: ok('no redirect any more') },
    ],
  },
];
