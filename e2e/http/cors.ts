/** Requests across origins: hidden fields, credentials, preflights and what is opaque (Fetch sections 3.3 and 4). */
import {
  FRESH,
  HANG_UP,
  HIT,
  NOT_MODIFIED,
  STALE,
  type Exchange,
  type HttpCase,
} from './case.js';
import type { Answer } from '../origin.js';

const closed = { 'access-control-allow-origin': '*' } as const;
const exposed = { ...closed, 'access-control-expose-headers': '*' } as const;

const of = (body: string, headers: Record<string, string>): Answer => ({
  headers,
  body,
});
const there = (exchange: Exchange): Exchange => ({
  ...exchange,
  elsewhere: true,
});

const row = (
  name: string,
  spec: string,
  kind: HttpCase['kind'],
  ...requests: readonly [Exchange, ...Exchange[]]
): HttpCase => {
  const [first, ...others] = requests;
  return { name, spec, kind, requests: [there(first), ...others.map(there)] };
};

const refusedField: RequestInit = { headers: { 'x-own': 'yes' } };

/** Allows credentials, which takes the origin's name: it is put in the place of the word. */
const credentialed = {
  'access-control-allow-origin': '{origin}',
  'access-control-allow-credentials': 'true',
} as const;

export const cors: readonly HttpCase[] = [
  row(
    'a response with hidden fields is stored by those that are seen',
    'Fetch 3.3.1',
    'optimal',
    { answer: of('body', { ...closed, ...FRESH, 'x-own': 'hidden' }) },
    {
      body: 'body',
      headers: { 'x-own': undefined },
      cacheStatus: HIT,
    },
  ),
  row(
    'a response that exposes its fields is served with them',
    'Fetch 3.3.1',
    'optimal',
    { answer: of('body', { ...exposed, ...FRESH, 'x-own': 'seen' }) },
    { body: 'body', headers: { 'x-own': 'seen' }, cacheStatus: HIT },
  ),
  row(
    'a stale response with a hidden tag is asked for again, without a preflight',
    'Fetch 4.8',
    'required',
    { answer: of('old', { ...closed, ...STALE, 'cache-control': 'no-cache' }) },
    { answer: of('new', { ...closed, ...FRESH }), status: 200, body: 'new' },
    { body: 'new', cacheStatus: HIT },
  ),
  row(
    'a stale response with a seen tag is validated without a preflight',
    'Fetch 4.8',
    'required',
    {
      answer: of('old', { ...exposed, ...STALE, 'cache-control': 'no-cache' }),
    },
    {
      answer: of('new', { ...exposed, ...FRESH, etag: '"two"' }),
      status: 200,
      body: 'new',
    },
    { body: 'new', cacheStatus: HIT },
  ),
  row(
    'a preflight that is refused fails the fetch, and the request is never sent',
    'Fetch 4.8',
    'required',
    { init: refusedField, error: true },
    { answer: of('body', { ...closed, ...FRESH }) },
  ),
  row(
    'a preflight that is granted lets the request through',
    'Fetch 4.8',
    'required',
    {
      init: refusedField,
      preflight: {
        status: 204,
        headers: { ...closed, 'access-control-allow-headers': 'x-own' },
      },
      answer: of('body', { ...closed, ...FRESH }),
      sent: { 'x-own': 'yes' },
    },
    { body: 'body', cacheStatus: HIT },
  ),
  row(
    'a response that is not for other origins fails the fetch and is not stored',
    'Fetch 4.9',
    'required',
    { answer: of('body', FRESH), error: true },
    { answer: of('body', { ...closed, ...FRESH }) },
  ),
  row(
    'what came with credentials does not answer without them, nor the other way round',
    'Fetch 2.2.5',
    'required',
    {
      init: { credentials: 'include' },
      answer: of('with', { ...credentialed, ...FRESH }),
    },
    {
      init: { credentials: 'omit' },
      answer: of('without', { ...credentialed, ...FRESH }),
    },
    { init: { credentials: 'include' }, body: 'with', cacheStatus: HIT },
    { init: { credentials: 'omit' }, body: 'without', cacheStatus: HIT },
    { init: { credentials: 'same-origin' }, body: 'without', cacheStatus: HIT },
  ),
  row(
    'what came without credentials and allows none fails with them',
    'Fetch 4.9',
    'required',
    { answer: of('without', { ...closed, ...FRESH }) },
    {
      init: { credentials: 'include' },
      answer: of('without', { ...closed, ...FRESH }),
      error: true,
    },
  ),
  row(
    'an opaque response is passed on untouched and not stored',
    'Fetch 2.2.6',
    'required',
    {
      init: { mode: 'no-cors' },
      answer: of('body', { ...closed, ...FRESH }),
      status: 0,
      body: '',
      type: 'opaque',
    },
    // The browser's own HTTP cache has kept it.
    {
      answer: of('body', { ...closed, ...FRESH }),
      optional: true,
      body: 'body',
      cacheStatus: 'mendbox; fwd=uri-miss; fwd-status=200; stored',
    },
  ),
  row(
    'a stale response answers when the other origin hangs up',
    'RFC 9111 4.2.4',
    'optimal',
    { answer: of('old', { ...closed, 'cache-control': 'max-age=0' }) },
    {
      answer: HANG_UP,
      status: 200,
      body: 'old',
      cacheStatus: 'mendbox; fwd=stale; detail=stale-if-error',
    },
  ),
  {
    name: 'an unsafe request does not outdate what another origin owns',
    spec: 'RFC 9111 4.4',
    kind: 'required',
    requests: [
      there({ answer: of('body', { ...closed, ...FRESH }) }),
      {
        init: { method: 'POST' },
        answer: {
          status: 204,
          headers: { 'content-location': '{elsewhere}{case}' },
        },
      },
      there({ body: 'body', cacheStatus: HIT }),
    ],
  },
  {
    name: "a 304 about a response of the same origin is not confused with another's",
    spec: 'RFC 9111 4.3.4',
    kind: 'required',
    requests: [
      { answer: of('here', STALE) },
      there({ answer: of('there', { ...exposed, ...FRESH }) }),
      { answer: NOT_MODIFIED, body: 'here' },
      there({ body: 'there', cacheStatus: HIT }),
    ],
  },
];
