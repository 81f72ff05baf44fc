/** Stale responses: when the origin fails, and while it is asked (RFC 9111 section 4.2.4, RFC 5861). */
import type { Answer } from '../origin.js';
import {
  HANG_UP,
  NOT_MODIFIED,
  ok,
  STALE,
  type Exchange,
  type HttpCase,
  pure,
} from './case.js';

const stored = (directives = '', headers = {}): Exchange => ({
  answer: ok('old', {
    ...STALE,
    ...headers,
    'cache-control': `max-age=60${directives}`,
  }),
});

const error = (status: number): Answer => ({ status, body: 'sorry' });
const old: Exchange = { body: 'old', status: 200 };
const onError = (status?: number): Exchange => ({
  ...old,
  cacheStatus: `mendbox; fwd=stale${status ? `; fwd-status=${status}` : ''}; detail=stale-if-error`,
});

const whileAsked: Exchange = {
  ...old,
  behind: true,
  cacheStatus: 'mendbox; hit; ttl=-40',
};

export const stale: readonly HttpCase[] = pure([
  ...[500, 502, 503, 504].map((status): HttpCase => ({
    name: `stale-if-error answers in the place of a ${status}`,
    spec: 'RFC 5861 4',
    kind: 'optimal',
    requests: [
      stored(', stale-if-error=600'),
      { answer: error(status), ...onError(status) },
      { answer: ok('new'), body: 'new' },
    ],
  })),
  ...[501, 404, 410].map((status): HttpCase => ({
    name: `stale-if-error does not answer in the place of a ${status}`,
    spec: 'RFC 5861 4',
    kind: 'required',
    requests: [stored(', stale-if-error=600'), { answer: error(status) }],
  })),
  {
    name: 'stale-if-error ends when its time is over',
    spec: 'RFC 5861 4',
    kind: 'required',
    requests: [stored(', stale-if-error=10'), { answer: error(503) }],
  },
  {
    name: 'an error is passed on where nothing allows a stale response',
    spec: 'RFC 9111 4.2.4',
    kind: 'required',
    requests: [stored(), { answer: error(503) }],
  },
  {
    name: 'the request may ask for stale-if-error too',
    spec: 'RFC 5861 4',
    kind: 'optimal',
    requests: [
      stored(),
      {
        init: { headers: { 'cache-control': 'stale-if-error=600' } },
        answer: error(503),
        ...onError(503),
      },
    ],
  },
  {
    name: 'a stale response answers when the network fails',
    spec: 'RFC 9111 4.2.4',
    kind: 'optimal',
    requests: [stored(), { answer: HANG_UP, ...onError() }],
  },
  {
    name: 'a stated stale-if-error that is over holds without a network too',
    spec: 'RFC 5861 4',
    kind: 'required',
    requests: [stored(', stale-if-error=10'), { answer: HANG_UP, error: true }],
  },
  ...['must-revalidate', 'no-cache'].map((directive): HttpCase => ({
    name: `${directive}: a 504 tells that the network has failed`,
    spec: 'RFC 9111 5.2.2.2',
    kind: 'required',
    requests: [
      stored(`, ${directive}, stale-if-error=600`),
      {
        answer: HANG_UP,
        status: 504,
        cacheStatus: 'mendbox; fwd=stale',
      },
    ],
  })),
  {
    name: 'must-revalidate: an error of the origin is passed on',
    spec: 'RFC 9111 5.2.2.2',
    kind: 'required',
    requests: [
      stored(', must-revalidate, stale-if-error=600'),
      { answer: error(503) },
    ],
  },
  {
    name: 'without a network and without a stored response the fetch fails',
    spec: 'Fetch 4.4',
    kind: 'required',
    requests: [{ answer: HANG_UP, error: true }],
  },
  {
    name: 'a reload without a network fails in spite of a fresh response',
    spec: 'Fetch 2.2.5',
    kind: 'required',
    requests: [
      { answer: ok('old') },
      { init: { cache: 'reload' }, answer: HANG_UP, error: true },
      { body: 'old' },
    ],
  },
  {
    name: 'stale-while-revalidate answers at once and asks behind',
    spec: 'RFC 5861 3',
    kind: 'optimal',
    requests: [
      stored(', stale-while-revalidate=600'),
      { ...whileAsked, answer: ok('new') },
      { body: 'new', eventually: true, cacheStatus: 'mendbox; hit; ttl=3600' },
    ],
  },
  {
    name: 'stale-while-revalidate validates behind, and a 304 freshens',
    spec: 'RFC 5861 3',
    kind: 'optimal',
    requests: [
      stored(', stale-while-revalidate=600'),
      {
        ...whileAsked,
        answer: NOT_MODIFIED,
        sent: { 'if-none-match': '"one"' },
      },
      { body: 'old', eventually: true, cacheStatus: 'mendbox; hit; ttl=3600' },
    ],
  },
  {
    name: 'stale-while-revalidate ends when its time is over',
    spec: 'RFC 5861 3',
    kind: 'required',
    requests: [stored(', stale-while-revalidate=10'), { answer: ok('new') }],
  },
  {
    name: 'stale-while-revalidate does not overrule must-revalidate',
    spec: 'RFC 9111 5.2.2.2',
    kind: 'required',
    requests: [
      stored(', stale-while-revalidate=600, must-revalidate'),
      { answer: ok('new') },
    ],
  },
  {
    name: 'stale-while-revalidate does not overrule a request that wants no stale response',
    spec: 'RFC 9111 5.2.1.1',
    kind: 'required',
    requests: [
      stored(', stale-while-revalidate=600'),
      {
        init: { headers: { 'cache-control': 'max-age=3600' } },
        answer: ok('new'),
      },
    ],
  },
  {
    name: 'a validation behind the answer that fails leaves what is stored',
    spec: 'RFC 5861 3',
    kind: 'optimal',
    requests: [
      stored(', stale-while-revalidate=600'),
      { ...whileAsked, answer: HANG_UP },
      { ...old, answer: HANG_UP, behind: true },
    ],
  },
]);
