/** Variants of one URL, and fields that a worker cannot see (RFC 9111 section 4.1). */
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

const varied = (vary: string, body: string, headers = {}): Answer =>
  ok(body, { ...FRESH, vary, etag: `"${body}"`, ...headers });
const asking = (
  headers: Readonly<Record<string, string>>,
  rest: Exchange = {},
): Exchange => ({ init: withHeaders(headers), ...rest });

const [EARLIER, LATER] = [httpDate(-2_000), httpDate(-1_000)];

const unseen = (
  field: string,
  first: Exchange = {},
  then: Exchange = {},
): HttpCase => ({
  name: `a response that varies by ${field}, which a worker cannot see, is validated first`,
  spec: 'RFC 9111 4.1',
  kind: 'required',
  requests: [
    { answer: varied(field, 'one'), ...first },
    {
      answer: NOT_MODIFIED,
      sent: { 'if-none-match': '"one"' },
      body: 'one',
      cacheStatus: 'mendbox; fwd=request; fwd-status=304',
      ...then,
    },
  ],
});

export const vary: readonly HttpCase[] = [
  unseen('Cookie', { cookie: 'user=one' }, { cookie: 'user=two' }),
  {
    name: 'the response for another cookie is the new one',
    spec: 'RFC 9111 4.1',
    kind: 'required',
    requests: [
      { cookie: 'user=one', answer: varied('Cookie', 'one') },
      { cookie: 'user=two', answer: varied('Cookie', 'two'), body: 'two' },
    ],
  },
  ...pure([
    {
      name: 'what is not known to be the same variant is not asked for by its date',
      spec: 'RFC 9111 4.1',
      kind: 'required',
      requests: [
        {
          answer: ok('one', {
            ...FRESH,
            vary: 'Cookie',
            'last-modified': LATER,
          }),
        },
        {
          answer: ok('two', {
            ...FRESH,
            vary: 'Cookie',
            'last-modified': EARLIER,
          }),
          sent: { 'if-modified-since': undefined },
          body: 'two',
          cacheStatus: 'mendbox; fwd=request; fwd-status=200; stored',
        },
      ],
    },
    unseen('Save-Data'),
    unseen('Referer'),
    unseen('Sec-Fetch-Dest'),
    {
      name: 'Accept-Encoding makes no variants: bodies are decoded',
      spec: 'RFC 9110 12.5.5',
      kind: 'optimal',
      requests: [
        { answer: varied('Accept-Encoding', 'one') },
        { body: 'one', cacheStatus: HIT },
      ],
    },
    {
      name: 'each variant of a URL is stored and answers its own requests',
      spec: 'RFC 9111 4.1',
      kind: 'optimal',
      requests: [
        asking({ 'x-kind': 'a' }, { answer: varied('X-Kind', 'one') }),
        asking(
          { 'x-kind': 'b' },
          {
            answer: varied('X-Kind', 'two'),
            cacheStatus: 'mendbox; fwd=vary-miss; fwd-status=200; stored',
          },
        ),
        { answer: varied('X-Kind', 'three') },
        asking({ 'x-kind': 'a' }, { body: 'one', cacheStatus: HIT }),
        asking({ 'x-kind': 'b' }, { body: 'two', cacheStatus: HIT }),
        { body: 'three', cacheStatus: HIT },
      ],
    },
    {
      name: 'every nominated field must match',
      spec: 'RFC 9111 4.1',
      kind: 'required',
      requests: [
        asking(
          { 'x-a': '1', 'x-b': '1' },
          { answer: varied('X-A, X-B', 'one') },
        ),
        asking(
          { 'x-a': '1', 'x-b': '2' },
          { answer: varied('X-A, X-B', 'two') },
        ),
        asking({ 'x-a': '1', 'x-b': '1' }, { body: 'one', cacheStatus: HIT }),
      ],
    },
    {
      name: 'white space in a list does not make a variant, its order does',
      spec: 'RFC 9111 4.1',
      kind: 'required',
      requests: [
        asking({ 'x-list': 'a,b' }, { answer: varied('X-List', 'one') }),
        asking({ 'x-list': 'a,  b' }, { body: 'one' }),
        asking({ 'x-list': 'b, a' }, { answer: varied('X-List', 'two') }),
      ],
    },
    {
      name: 'the response in the language that is asked for before all others answers',
      spec: 'RFC 9110 12.5.4',
      kind: 'optimal',
      requests: [
        asking(
          { 'accept-language': 'en, de' },
          {
            answer: varied('Accept-Language', 'one', {
              'content-language': 'de',
            }),
          },
        ),
        asking(
          { 'accept-language': 'fr;q=0.5, de;q=1.0' },
          { body: 'one', cacheStatus: HIT },
        ),
        asking(
          { 'accept-language': 'fr, de' },
          { answer: varied('Accept-Language', 'two') },
        ),
      ],
    },
    {
      name: 'a field that is missing matches only where it is missing',
      spec: 'RFC 9111 4.1',
      kind: 'required',
      requests: [
        { answer: varied('X-Kind', 'one') },
        asking({ 'x-kind': '' }, { answer: varied('X-Kind', 'two') }),
        { body: 'one', cacheStatus: HIT },
      ],
    },
    {
      name: 'Vary: * is validated each time',
      spec: 'RFC 9111 4.1',
      kind: 'required',
      requests: [
        { answer: varied('*', 'one') },
        { answer: NOT_MODIFIED, body: 'one' },
        { answer: NOT_MODIFIED, body: 'one' },
      ],
    },
    {
      name: "one user's answer is never another's: Authorization counts as nominated",
      spec: 'RFC 9111 3.5',
      kind: 'required',
      requests: [
        asking({ authorization: 'Bearer one' }, { answer: ok('for one') }),
        asking({ authorization: 'Bearer two' }, { answer: ok('for two') }),
        { answer: ok('for nobody') },
        asking({ authorization: 'Bearer one' }, { body: 'for one' }),
      ],
    },
    {
      name: 'an unsafe request drops every variant',
      spec: 'RFC 9111 4.4',
      kind: 'required',
      requests: [
        asking({ 'x-kind': 'a' }, { answer: varied('X-Kind', 'one') }),
        asking({ 'x-kind': 'b' }, { answer: varied('X-Kind', 'two') }),
        { init: { method: 'DELETE' }, answer: { status: 204 } },
        asking({ 'x-kind': 'a' }, { answer: varied('X-Kind', 'three') }),
        asking({ 'x-kind': 'b' }, { answer: varied('X-Kind', 'four') }),
      ],
    },
  ]),
];
