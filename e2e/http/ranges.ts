/** Range requests answered from a stored complete body (RFC 9110 section 14). */
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

const BODY = 'abcdefghij';

const part = (
  range: string,
  body: string,
  first: number,
  headers: Readonly<Record<string, string>> = {},
): Exchange => ({
  init: withHeaders({ range, ...headers }),
  status: 206,
  body,
  headers: {
    'content-length': String(body.length),
    'content-range': `bytes ${first}-${first + body.length - 1}/10`,
    'cache-status': /^mendbox; hit; ttl=\d+$/,
  },
});

const whole = (headers: Readonly<Record<string, string>>): Exchange => ({
  init: withHeaders(headers),
  status: 200,
  body: BODY,
  headers: { 'content-range': undefined },
});

const unsatisfiable = (range: string): Exchange => ({
  init: withHeaders({ range }),
  status: 416,
  body: '',
  headers: { 'content-range': 'bytes */10', 'content-length': undefined },
  cacheStatus: HIT,
});

const CHROMIUM = [
  'chromium',
  'Firefox shows a worker a request with If-Range as `no-store`, which Fetch 4.5 makes of it',
] as const;

/** Chromium shows a worker a request with If-Range as `no-cache`, so it is validated first. */
const conditional = (exchange: Exchange): Exchange => ({
  ...exchange,
  headers: {
    ...exchange.headers,
    'cache-status': /^mendbox; (hit|fwd=request)/,
  },
  answer: NOT_MODIFIED,
  optional: true,
});

const cases = (
  spec: string,
  rows: readonly (readonly [name: string, exchange: Exchange])[],
  answer = ok(BODY, FRESH),
): HttpCase[] =>
  rows.map(([name, exchange]) => ({
    name,
    spec,
    kind: 'optimal',
    requests: [{ answer }, exchange],
    ...(exchange.optional && { only: CHROMIUM }),
  }));

const tag = '"one"';
const changed = httpDate(-86_400);

export const ranges: readonly HttpCase[] = [
  ...pure([
    ...cases('RFC 9110 14.1.2', [
      ['a range within the body is cut out of it', part('bytes=2-4', 'cde', 2)],
      ['one byte is a range', part('bytes=0-0', 'a', 0)],
      ['a range without an end goes to the end', part('bytes=7-', 'hij', 7)],
      ['a range past the end goes to the end', part('bytes=5-99', 'fghij', 5)],
      ['a suffix is the end of the body', part('bytes=-3', 'hij', 7)],
      ['a suffix longer than the body is the body', part('bytes=-99', BODY, 0)],
      ['the unit is case-insensitive', part('BYTES=2-4', 'cde', 2)],
    ]),
    ...cases('RFC 9110 15.5.17', [
      ['a range that begins behind the body', unsatisfiable('bytes=10-')],
      ['a suffix of nothing', unsatisfiable('bytes=-0')],
    ]),
    ...cases('RFC 9110 14.2', [
      [
        'several ranges are answered by the whole',
        whole({ range: 'bytes=0-1,4-5' }),
      ],
      ['another unit is answered by the whole', whole({ range: 'lines=0-1' })],
      ['a range that runs backwards is ignored', whole({ range: 'bytes=4-2' })],
      ['a range of words is ignored', whole({ range: 'bytes=a-b' })],
      ['a range without positions is ignored', whole({ range: 'bytes=-' })],
    ]),
    ...cases(
      'RFC 9110 13.1.5',
      [
        [
          'If-Range with the stored strong tag',
          conditional(part('bytes=2-4', 'cde', 2, { 'if-range': tag })),
        ],
        [
          'If-Range with another tag is answered by the whole',
          conditional(whole({ range: 'bytes=2-4', 'if-range': '"two"' })),
        ],
        [
          'If-Range with a weak tag is answered by the whole',
          conditional(whole({ range: 'bytes=2-4', 'if-range': 'W/"one"' })),
        ],
      ],
      ok(BODY, { ...FRESH, etag: tag }),
    ),
    ...cases(
      'RFC 9110 13.1.5',
      [
        [
          'If-Range with a stored weak tag is answered by the whole',
          conditional(whole({ range: 'bytes=2-4', 'if-range': 'W/"one"' })),
        ],
      ],
      ok(BODY, { ...FRESH, etag: 'W/"one"' }),
    ),
    ...cases(
      'RFC 9110 13.1.5',
      [
        [
          'If-Range with the stored date, which is strong',
          conditional(part('bytes=2-4', 'cde', 2, { 'if-range': changed })),
        ],
        [
          'If-Range with another date is answered by the whole',
          conditional(
            whole({ range: 'bytes=2-4', 'if-range': httpDate(-7_200) }),
          ),
        ],
      ],
      ok(BODY, { ...FRESH, 'last-modified': changed, date: httpDate(0) }),
    ),
    {
      name: 'a part of a stale body is validated and then cut out',
      spec: 'RFC 9111 4.3.4',
      kind: 'required',
      requests: [
        { answer: ok(BODY, { 'cache-control': 'no-cache', etag: tag }) },
        {
          init: withHeaders({ range: 'bytes=2-4' }),
          answer: NOT_MODIFIED,
          sent: { 'if-none-match': tag },
          status: 206,
          body: 'cde',
          cacheStatus: 'mendbox; fwd=stale; fwd-status=304',
        },
      ],
    },
    {
      name: 'a part that the origin sends of a changed body is not mixed with the old one',
      spec: 'RFC 9111 3.4',
      kind: 'required',
      requests: [
        { answer: ok(BODY, { 'cache-control': 'no-cache', etag: tag }) },
        {
          init: withHeaders({ range: 'bytes=2-4' }),
          answer: {
            status: 206,
            headers: {
              ...FRESH,
              etag: '"two"',
              'content-range': 'bytes 2-4/10',
            },
            body: 'CDE',
          },
        },
        { answer: ok('ABCDEFGHIJ', { ...FRESH, etag: '"two"' }) },
        { ...part('bytes=0-3', 'ABCD', 0) },
      ],
    },
    {
      name: 'a whole body that answers a range request is stored whole',
      spec: 'RFC 9110 14.2',
      kind: 'optimal',
      requests: [
        { init: withHeaders({ range: 'bytes=2-4' }), answer: ok(BODY) },
        part('bytes=5-6', 'fg', 5),
        { body: BODY, cacheStatus: HIT },
      ],
    },
    {
      name: 'a range of an empty body cannot be satisfied',
      spec: 'RFC 9110 14.1.2',
      kind: 'required',
      requests: [
        { answer: ok('') },
        {
          init: withHeaders({ range: 'bytes=0-' }),
          status: 416,
          headers: { 'content-range': 'bytes */0' },
        },
      ],
    },
    {
      name: 'a range of a stored 404 is answered by the whole 404',
      spec: 'RFC 9110 14.2',
      kind: 'required',
      requests: [
        { answer: { status: 404, headers: FRESH, body: 'not here' } },
        {
          init: withHeaders({ range: 'bytes=2-4' }),
          status: 404,
          body: 'not here',
        },
      ],
    },
  ]),
  {
    name: 'If-Range goes to the origin where the worker cannot tell it from no-store',
    spec: 'Fetch 4.5',
    kind: 'required',
    only: ['firefox', 'Chromium shows it as `no-cache`'],
    requests: [
      { answer: ok(BODY, { ...FRESH, etag: tag }) },
      {
        init: withHeaders({ range: 'bytes=2-4', 'if-range': tag }),
        answer: {
          status: 206,
          headers: { etag: tag, 'content-range': 'bytes 2-4/10' },
          body: 'cde',
        },
        sent: { 'if-range': tag, range: 'bytes=2-4' },
      },
    ],
  },
];
