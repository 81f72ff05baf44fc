/** Documents, loaded into a frame (HTML, Service Workers section 4.6), and redirects. */
import type { Answer } from '../origin.js';
import {
  FRESH,
  HANG_UP,
  NOT_MODIFIED,
  ok,
  STALE,
  type HttpCase,
} from './case.js';

const page = (text: string, headers: object): Answer => ({
  headers: { 'content-type': 'text/html', ...headers },
  body: text,
});

export const navigations: readonly HttpCase[] = [
  {
    name: 'a fresh document is not asked for again',
    spec: 'RFC 9111 4',
    kind: 'optimal',
    requests: [
      { navigate: true, answer: page('old', FRESH) },
      { navigate: true, body: 'old' },
    ],
  },
  {
    name: 'a stale document is replaced by what the origin sends',
    spec: 'RFC 9111 4.3',
    kind: 'required',
    requests: [
      { navigate: true, answer: page('old', STALE) },
      { navigate: true, answer: page('new', FRESH) },
      { navigate: true, body: 'new' },
    ],
  },
  {
    name: 'a stale document is shown when the network fails',
    spec: 'RFC 9111 4.2.4',
    kind: 'optimal',
    requests: [
      { navigate: true, answer: page('old', STALE) },
      { navigate: true, answer: HANG_UP, body: 'old' },
    ],
  },
  {
    name: 'a navigation follows a redirect, and each URL keeps its own response',
    spec: 'Fetch 4.4',
    kind: 'required',
    requests: [
      {
        navigate: true,
        answer: {
          status: 302,
          headers: { location: '{case}/to', 'cache-control': 'no-store' },
        },
        also: ['/to', page('arrived', FRESH)],
        status: 200,
        body: 'arrived',
      },
      { at: '/to', navigate: true, body: 'arrived' },
      { navigate: true, answer: page('moved back', FRESH) },
    ],
  },
  {
    name: 'a document that was fetched is the one that is navigated to',
    spec: 'RFC 9111 4',
    kind: 'optimal',
    requests: [{ answer: page('old', FRESH) }, { navigate: true, body: 'old' }],
  },
  {
    name: 'a document that a navigation stored validates for a fetch',
    spec: 'RFC 9111 4.3',
    kind: 'optimal',
    requests: [
      { navigate: true, answer: page('old', STALE) },
      { answer: NOT_MODIFIED, sent: { 'if-none-match': '"one"' }, body: 'old' },
    ],
  },
  {
    name: 'what is stored is outdated by a redirect',
    spec: 'RFC 9111 4',
    kind: 'required',
    requests: [
      { answer: ok('before') },
      {
        init: { cache: 'reload' },
        answer: {
          status: 302,
          headers: { location: '{case}/to', 'cache-control': 'no-store' },
        },
        also: ['/to', ok('elsewhere', { 'cache-control': 'no-store' })],
        status: 200,
        body: 'elsewhere',
      },
      { answer: ok('after') },
    ],
  },
];
