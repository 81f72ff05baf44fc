/** Partial responses stored, combined and completed (RFC 9111 sections 3.3 and 3.4). */
import type { Answer } from '../origin.js';
import {
  FRESH,
  HIT,
  ok,
  withHeaders,
  type Exchange,
  type HttpCase,
} from './case.js';

const BODY = 'abcdefghij';

const part = (
  first: number,
  last: number,
  headers: Readonly<Record<string, string>> = {},
  of = BODY,
): Answer => ({
  status: 206,
  headers: {
    ...FRESH,
    etag: '"one"',
    'content-range': `bytes ${first}-${last}/${of.length}`,
    ...headers,
  },
  body: of.slice(first, last + 1),
});

const ask = (range: string, answer?: Answer): Exchange => ({
  init: withHeaders({ range }),
  ...(answer && { answer }),
});

const wholeHit: Exchange = { status: 200, body: BODY, cacheStatus: HIT };
/** The stored parts do not make a whole: what is asked is the whole, or what is missing. */
const wholeAsked: Exchange = { answer: ok('new', { ...FRESH, etag: '"new"' }) };

export const partial: readonly HttpCase[] = [
  {
    name: 'a stored part answers a request for a part of it',
    spec: 'RFC 9111 3.3',
    kind: 'optimal',
    requests: [
      ask('bytes=2-7', part(2, 7)),
      {
        ...ask('bytes=3-5'),
        status: 206,
        body: 'def',
        headers: { 'content-range': 'bytes 3-5/10' },
        cacheStatus: HIT,
      },
    ],
  },
  {
    name: 'a stored part never answers a request for what lies beside it',
    spec: 'RFC 9111 3.3',
    kind: 'required',
    requests: [
      ask('bytes=2-4', part(2, 4)),
      {
        ...ask('bytes=3-7', part(3, 7)),
        cacheStatus: 'mendbox; fwd=miss; fwd-status=206; stored',
      },
    ],
  },
  {
    name: 'a stored part never answers for the whole',
    spec: 'RFC 9111 3.3',
    kind: 'required',
    requests: [ask('bytes=2-4', part(2, 4)), wholeAsked],
  },
  {
    name: 'a stored beginning is not completed for a request that forbids the network',
    spec: 'RFC 9111 5.2.1.7',
    kind: 'required',
    requests: [
      ask('bytes=0-4', part(0, 4)),
      {
        init: withHeaders({ 'cache-control': 'only-if-cached' }),
        status: 504,
        cacheStatus: 'mendbox; detail=only-if-cached',
      },
    ],
  },
  {
    name: 'two parts that touch make the whole',
    spec: 'RFC 9111 3.4',
    kind: 'optimal',
    requests: [
      ask('bytes=0-4', part(0, 4)),
      ask('bytes=5-9', part(5, 9)),
      wholeHit,
    ],
  },
  {
    name: 'two parts that overlap make the whole, in either order',
    spec: 'RFC 9111 3.4',
    kind: 'optimal',
    requests: [
      ask('bytes=4-9', part(4, 9)),
      ask('bytes=0-5', part(0, 5)),
      wholeHit,
    ],
  },
  {
    name: 'parts with a gap between them are not combined',
    spec: 'RFC 9111 3.4',
    kind: 'required',
    requests: [
      ask('bytes=0-2', part(0, 2)),
      ask('bytes=6-9', part(6, 9)),
      wholeAsked,
    ],
  },
  {
    name: 'parts with different tags are not combined',
    spec: 'RFC 9111 3.4',
    kind: 'required',
    requests: [
      ask('bytes=0-4', part(0, 4)),
      ask('bytes=5-9', part(5, 9, { etag: '"two"' })),
      wholeAsked,
    ],
  },
  {
    name: 'parts with weak tags are not combined',
    spec: 'RFC 9111 3.4',
    kind: 'required',
    requests: [
      ask('bytes=0-4', part(0, 4, { etag: 'W/"one"' })),
      ask('bytes=5-9', part(5, 9, { etag: 'W/"one"' })),
      wholeAsked,
    ],
  },
  {
    name: 'parts of different complete lengths are not combined',
    spec: 'RFC 9111 3.4',
    kind: 'required',
    requests: [
      ask('bytes=0-4', part(0, 4)),
      ask('bytes=5-10', part(5, 10, {}, `${BODY}k`)),
      wholeAsked,
    ],
  },
  {
    name: 'a stored part does not answer where If-Range names another representation',
    spec: 'RFC 9110 13.1.5',
    kind: 'required',
    only: [
      'chromium',
      'Firefox shows a worker a request with If-Range as `no-store`, which Fetch 4.5 makes of it',
    ],
    requests: [
      ask('bytes=2-7', part(2, 7)),
      {
        init: withHeaders({ range: 'bytes=3-5', 'if-range': '"two"' }),
        answer: ok('0123456789', { ...FRESH, etag: '"new"' }),
        // To a 304 there would be nothing to answer with.
        sent: { 'if-none-match': undefined },
      },
    ],
  },
  {
    name: 'a stored part answers no HEAD, which knows no Range',
    spec: 'RFC 9110 14.2',
    kind: 'required',
    requests: [
      ask('bytes=2-7', part(2, 7)),
      {
        init: { method: 'HEAD', headers: { range: 'bytes=3-5' } },
        answer: ok('', { ...FRESH, etag: '"one"' }),
        status: 200,
      },
    ],
  },
  {
    name: 'what is missing behind a stored beginning is asked for, on condition',
    spec: 'RFC 9111 3.4',
    kind: 'optimal',
    requests: [
      ask('bytes=0-4', part(0, 4)),
      {
        answer: part(5, 9),
        sent: { range: 'bytes=5-', 'if-range': '"one"' },
        status: 200,
        body: BODY,
        headers: { 'content-range': undefined },
        cacheStatus: 'mendbox; fwd=partial; fwd-status=206; stored',
      },
      wholeHit,
    ],
  },
  {
    name: 'a stored beginning gives way when the representation has changed',
    spec: 'RFC 9110 13.1.5',
    kind: 'required',
    requests: [
      ask('bytes=0-4', part(0, 4)),
      {
        answer: ok('changed', { ...FRESH, etag: '"two"' }),
        sent: { range: 'bytes=5-' },
        status: 200,
      },
      { body: 'changed', cacheStatus: HIT },
    ],
  },
  {
    name: 'a part that is the whole is stored as the whole',
    spec: 'RFC 9111 3.4',
    kind: 'optimal',
    requests: [ask('bytes=0-', part(0, 9)), wholeHit],
  },
  {
    name: 'a part shorter than its Content-Range says is passed on and not stored',
    spec: 'RFC 9110 14.4',
    kind: 'required',
    requests: [
      ask('bytes=0-4', { ...part(0, 4), body: 'abc' }),
      ask('bytes=0-4', part(0, 4)),
    ],
  },
  {
    name: 'a 206 without Content-Range is passed on and not stored',
    spec: 'RFC 9110 15.3.7.1',
    kind: 'required',
    requests: [
      ask('bytes=0-4', { status: 206, headers: FRESH, body: 'abcde' }),
      ask('bytes=0-4', part(0, 4)),
    ],
  },
  {
    name: 'a 206 with an impossible Content-Range is passed on and not stored',
    spec: 'RFC 9110 14.4',
    kind: 'required',
    requests: [
      ask('bytes=0-4', part(0, 4, { 'content-range': 'bytes 4-0/10' })),
      ask('bytes=0-4', part(0, 4)),
    ],
  },
  {
    name: 'a part does not displace the stored whole of the same representation',
    spec: 'RFC 9111 3.4',
    kind: 'optimal',
    requests: [
      { answer: ok(BODY, { ...FRESH, etag: '"one"' }) },
      {
        init: { cache: 'reload', headers: { range: 'bytes=0-4' } },
        answer: part(0, 4),
      },
      wholeHit,
    ],
  },
];
