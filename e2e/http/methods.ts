/** Methods other than GET and HEAD: what they invalidate and what they store (RFC 9111 section 4.4, RFC 9110 section 9.3.3). */
import type { Answer } from '../origin.js';
import {
  FRESH,
  HANG_UP,
  HIT,
  ok,
  type Exchange,
  type HttpCase,
  pure,
} from './case.js';

const stored: Exchange = { answer: ok('old') };
const gone: Exchange = { answer: ok('new') };
const still: Exchange = { body: 'old', cacheStatus: HIT };

const send = (
  method: string,
  answer: Answer | typeof HANG_UP = { status: 204 },
): Exchange => ({
  init: method === 'OPTIONS' ? { method } : { method, body: 'data' },
  answer,
  ...(answer === HANG_UP ? { error: true } : { cacheStatus: undefined }),
});

const row = (
  name: string,
  kind: HttpCase['kind'],
  ...requests: readonly [Exchange, ...Exchange[]]
): HttpCase => ({ name, spec: 'RFC 9111 4.4', kind, requests });

const at = (path: string, exchange: Exchange): Exchange => ({
  ...exchange,
  at: path,
});

const posted = (headers: Record<string, string>): Exchange => ({
  init: { method: 'POST', body: 'data' },
  answer: { headers, body: 'posted' },
});

export const methods: readonly HttpCase[] = [
  ...pure([
    ...['POST', 'PUT', 'DELETE', 'PATCH', 'MOVE'].map((method) =>
      row(
        `a ${method} that succeeds outdates its URL`,
        'required',
        stored,
        send(method),
        gone,
      ),
    ),
    ...[404, 500].map((status) =>
      row(
        `a POST that fails with a ${status} leaves what is stored`,
        'optimal',
        stored,
        send('POST', { status }),
        still,
      ),
    ),
    row('OPTIONS is safe', 'optimal', stored, send('OPTIONS'), still),
    ...['location', 'content-location'].map((field) =>
      row(
        `${field} of an unsafe request is outdated as well`,
        'required',
        at('/other', stored),
        send('POST', { status: 204, headers: { [field]: '{case}/other' } }),
        at('/other', gone),
      ),
    ),
    {
      name: 'a POST with its own URL as Content-Location and a lifetime answers GET',
      spec: 'RFC 9110 9.3.3',
      kind: 'optimal',
      requests: [
        {
          ...posted({ ...FRESH, 'content-location': '{case}' }),
          cacheStatus: 'mendbox; fwd=method; fwd-status=200; stored',
        },
        { body: 'posted', cacheStatus: HIT },
      ],
    },
    {
      name: 'a POST with another Content-Location is not stored',
      spec: 'RFC 9110 9.3.3',
      kind: 'required',
      requests: [
        posted({ ...FRESH, 'content-location': '{case}/other' }),
        { answer: ok('new') },
      ],
    },
    {
      name: 'a POST without a lifetime is not stored',
      spec: 'RFC 9110 9.3.3',
      kind: 'required',
      requests: [
        posted({ etag: '"one"', 'content-location': '{case}' }),
        { answer: ok('new') },
      ],
    },
    {
      name: 'a POST is never answered from the store',
      spec: 'RFC 9110 9.3.3',
      kind: 'required',
      requests: [
        stored,
        { init: { method: 'POST', body: 'data' }, answer: { body: 'posted' } },
      ],
    },
    {
      name: 'a PUT is not stored, whatever it says',
      spec: 'RFC 9111 3',
      kind: 'required',
      requests: [
        {
          init: { method: 'PUT', body: 'data' },
          answer: {
            headers: { ...FRESH, 'content-location': '{case}' },
            body: 'put',
          },
        },
        gone,
      ],
    },
  ]),
  row(
    'a redirect is no error: a 303 to a POST outdates its URL',
    'required',
    stored,
    {
      init: { method: 'POST', redirect: 'manual' },
      answer: { status: 303, headers: { location: '/elsewhere' } },
      status: 0,
      type: 'opaqueredirect',
    },
    gone,
  ),
];
