import {
  FRESH,
  HANG_UP,
  HIT,
  httpDate,
  ok,
  withHeaders,
  type HttpCase,
} from '../http/case.js';

/** A row of the fault catalogue in which nothing is damaged: a cache that reads HTTP otherwise serves the wrong thing. */
export interface SemanticFault extends HttpCase {
  readonly id: string;
}

const open = { 'access-control-allow-origin': '*' } as const;

/** Every such row. */
export const semantics: readonly SemanticFault[] = [
  {
    id: 'D9',
    name: "a validation is not answered by the browser's own cache, however fresh its copy",
    spec: 'RFC 9111 4.3',
    kind: 'required',
    requests: [
      {
        answer: ok('one', {
          ...FRESH,
          'sw-cache-control': 'no-cache',
          etag: '"one"',
        }),
      },
      {
        answer: { status: 304, headers: { etag: '"one"' } },
        sent: { 'if-none-match': '"one"' },
        body: 'one',
      },
    ],
  },
  {
    id: 'D10',
    not: ['webkit', 'WebKitGTK hands the coded bytes out as they came'],
    name: 'a body that is not coded as it says fails, and is not stored',
    spec: 'RFC 9110 8.4',
    kind: 'required',
    requests: [
      {
        answer: ok('not gzip at all', { ...FRESH, 'content-encoding': 'gzip' }),
        error: true,
      },
      { answer: ok('plain'), body: 'plain' },
      { body: 'plain', cacheStatus: HIT },
    ],
  },
  {
    id: 'E4',
    name: 'a 304 that adds Vary makes one variant of what was stored without it',
    spec: 'RFC 9111 4.3.4',
    kind: 'required',
    requests: [
      {
        init: withHeaders({ 'x-kind': 'a' }),
        answer: ok('a', { 'cache-control': 'no-cache', etag: '"a"' }),
      },
      {
        init: withHeaders({ 'x-kind': 'a' }),
        answer: { status: 304, headers: { ...FRESH, vary: 'X-Kind' } },
        body: 'a',
      },
      {
        init: withHeaders({ 'x-kind': 'b' }),
        answer: ok('b', { ...FRESH, vary: 'X-Kind' }),
        body: 'b',
      },
      { init: withHeaders({ 'x-kind': 'a' }), body: 'a', cacheStatus: HIT },
    ],
  },
  {
    id: 'E5',
    name: 'a 304 that nobody asked for is passed on, and not stored',
    spec: 'RFC 9110 15.4.5',
    kind: 'required',
    requests: [
      { answer: { status: 304, headers: FRESH }, status: 304, body: '' },
      { answer: ok('whole'), body: 'whole' },
    ],
  },
  {
    id: 'E9',
    name: 'a response of another origin whose Vary may be hidden answers one Accept only',
    spec: 'Fetch 3.3.1',
    kind: 'required',
    requests: [
      {
        elsewhere: true,
        init: withHeaders({ accept: 'application/json' }),
        answer: ok('{}', { ...open, ...FRESH, vary: 'Accept' }),
      },
      {
        elsewhere: true,
        init: withHeaders({ accept: 'text/html' }),
        answer: ok('<p>', { ...open, ...FRESH, vary: 'Accept' }),
        body: '<p>',
      },
      {
        elsewhere: true,
        init: withHeaders({ accept: 'application/json' }),
        body: '{}',
        cacheStatus: HIT,
      },
    ],
  },
  {
    id: 'E10',
    name: 'what came for a no-cors request answers no CORS request, nor the other way round',
    spec: 'Fetch 4.1',
    kind: 'required',
    requests: [
      {
        elsewhere: true,
        init: { mode: 'no-cors' },
        answer: ok('opaque', { 'cache-control': 'no-cache' }),
        status: 0,
        body: '',
        type: 'opaque',
      },
      {
        elsewhere: true,
        answer: ok('open', { ...open, ...FRESH }),
        body: 'open',
      },
      {
        elsewhere: true,
        init: { mode: 'no-cors' },
        answer: ok('opaque', FRESH),
        optional: true,
        status: 0,
        body: '',
        type: 'opaque',
      },
      { elsewhere: true, body: 'open', cacheStatus: HIT },
    ],
  },
  {
    id: 'E12',
    name: 'after another user has logged in, what varies by Cookie is asked for again',
    spec: 'RFC 9111 4.1',
    kind: 'required',
    requests: [
      {
        cookie: 'user=one',
        answer: ok('for one', { ...FRESH, vary: 'Cookie', etag: '"1"' }),
      },
      {
        cookie: 'user=two',
        answer: ok('for two', { ...FRESH, vary: 'Cookie', etag: '"2"' }),
        body: 'for two',
      },
    ],
  },
  {
    id: 'E13',
    name: 'what names no lifetime is fresh for a day at most, however old it is',
    spec: 'RFC 9111 4.2.2',
    kind: 'required',
    requests: [
      {
        answer: ok('old', {
          'last-modified': httpDate(-3650 * 86_400),
        }),
      },
      {
        body: 'old',
        headers: { 'cache-status': /^mendbox; hit; ttl=86(?:400|3\d\d)$/ },
      },
    ],
  },
  {
    id: 'E14',
    name: 'an answer counts its age once, and keeps the Date of the origin',
    spec: 'RFC 9111 5.1',
    kind: 'required',
    requests: [
      { answer: ok('body', { ...FRESH, age: '60', date: httpDate(-60) }) },
      {
        body: 'body',
        headers: { age: /^[6-9]\d$/, date: /GMT$/ },
        cacheStatus: 'mendbox; hit; ttl=3540',
      },
      {
        body: 'body',
        headers: { age: /^[6-9]\d$/ },
        cacheStatus: 'mendbox; hit; ttl=3540',
      },
    ],
  },
  {
    id: 'H2',
    name: 'an opaque redirect is passed on, and not stored',
    spec: 'Fetch 2.2.6',
    kind: 'required',
    requests: [
      {
        init: { redirect: 'manual' },
        answer: {
          status: 301,
          headers: { ...FRESH, location: '{case}/there' },
        },
        status: 0,
        body: '',
        type: 'opaqueredirect',
        cacheStatus: undefined,
      },
      { answer: ok('no redirect any more'), body: 'no redirect any more' },
    ],
  },
  {
    id: 'H2',
    name: 'a network error is passed on, and not stored',
    spec: 'Fetch 2.2.6',
    kind: 'required',
    requests: [
      { answer: HANG_UP, error: true },
      { answer: ok('there again'), body: 'there again' },
    ],
  },
  {
    id: 'H4',
    name: 'a stored response of another origin keeps what it says of embedding, and answers no same-origin request',
    spec: 'Fetch 4.1',
    kind: 'required',
    requests: [
      {
        elsewhere: true,
        answer: ok('body', {
          ...open,
          ...FRESH,
          'access-control-expose-headers': '*',
          'cross-origin-resource-policy': 'same-site',
        }),
      },
      {
        elsewhere: true,
        body: 'body',
        headers: { 'cross-origin-resource-policy': 'same-site' },
        cacheStatus: HIT,
      },
      { elsewhere: true, init: { mode: 'same-origin' }, error: true },
    ],
  },
  {
    id: 'H6',
    name: 'a cookie is set by the network once, and never by what is stored',
    spec: 'Fetch 4.6',
    kind: 'required',
    requests: [
      { answer: ok('body', { ...FRESH, 'set-cookie': 'visit=1' }) },
      {
        cookie: 'visit=2',
        body: 'body',
        headers: { 'set-cookie': undefined },
        cacheStatus: HIT,
      },
      {
        init: { cache: 'reload' },
        answer: ok('body'),
        sent: { cookie: /visit=2/ },
        body: 'body',
      },
    ],
  },
];
