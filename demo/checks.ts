/**
 * Checks of HTTP caching that run in the page: once through mendbox, once with the browser's own cache alone.
 *
 * The origin answers each request with the number of the request as its body, so the bodies tell what was reused.
 */

/** One request of a check, and how the origin answers it if it arrives. */
export interface Move {
  readonly method?: 'GET' | 'POST';
  readonly fields?: Readonly<Record<string, string>>;
  /** Added to the URL's query. */
  readonly query?: string;
  /** The fields of the answer; the origin's answer has status 200, or 304 where the request names its ETag. */
  readonly answer: Readonly<Record<string, string>>;
}

/** One check. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Where it is written. */
  readonly spec: readonly [label: string, url: string];
  readonly moves: readonly Move[];
  /** The first character of each answer's body, or the status where that is no success. */
  readonly expected: readonly string[];
  /** What a reader should know of it. */
  readonly note?: string;
  /** How many requests the origin must have seen; left out where some come behind the answer. */
  readonly asked?: number;
}

const rfc = (number: number, section: string): Check['spec'] => [
  `RFC ${number} ${section}`,
  `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
];

const FRESH = { 'Cache-Control': 'max-age=600' };
const STALE = { 'Cache-Control': 'max-age=60', Age: '100' };
const VARIES = { ...FRESH, Vary: 'X-Language' };
const english = { fields: { 'X-Language': 'en' }, answer: VARIES };
const german = { fields: { 'X-Language': 'de' }, answer: VARIES };

const YEAR_MS = 365 * 86_400_000;

/** All checks, in the order of the page. */
export const CHECKS: readonly Check[] = [
  {
    id: 'fresh',
    title: 'What is fresh is reused',
    spec: rfc(9111, '4.2'),
    moves: [{ answer: FRESH }, { answer: FRESH }],
    expected: ['1', '1'],
    asked: 1,
  },
  {
    id: 'age',
    title: 'The age that other caches report counts',
    spec: rfc(9111, '4.2.3'),
    moves: [{ answer: STALE }, { answer: STALE }],
    expected: ['1', '2'],
    asked: 2,
  },
  {
    id: 'no-store',
    title: 'no-store is not stored',
    spec: rfc(9111, '5.2.2.5'),
    moves: [
      { answer: { 'Cache-Control': 'no-store' } },
      { answer: { 'Cache-Control': 'no-store' } },
    ],
    expected: ['1', '2'],
    asked: 2,
  },
  {
    id: 'validate',
    title: 'no-cache is validated, and a 304 lets it be reused',
    spec: rfc(9111, '4.3'),
    moves: [
      { answer: { 'Cache-Control': 'no-cache', ETag: '"a"' } },
      { answer: { 'Cache-Control': 'no-cache', ETag: '"a"' } },
    ],
    expected: ['1', '1'],
    asked: 2,
  },
  {
    id: 'heuristic',
    title: 'An old Last-Modified gives a lifetime by itself',
    spec: rfc(9111, '4.2.2'),
    moves: [1, 2].map(() => ({
      answer: {
        'Last-Modified': new Date(Date.now() - YEAR_MS).toUTCString(),
      },
    })),
    expected: ['1', '1'],
    asked: 1,
  },
  {
    id: 'vary',
    title: 'Another language is another answer',
    spec: rfc(9111, '4.1'),
    moves: [english, german],
    expected: ['1', '2'],
    asked: 2,
  },
  {
    id: 'variants',
    title: 'Two languages are kept side by side',
    spec: rfc(9111, '4.1'),
    moves: [english, german, english],
    expected: ['1', '2', '1'],
    asked: 2,
  },
  {
    id: 'post',
    title: 'A POST invalidates what its URL had',
    spec: rfc(9111, '4.4'),
    moves: [
      { answer: FRESH },
      { method: 'POST', answer: {} },
      { answer: FRESH },
    ],
    expected: ['1', '2', '3'],
    asked: 3,
  },
  {
    id: 'max-stale',
    title: 'A request may accept what is stale',
    spec: rfc(9111, '5.2.1.2'),
    moves: [
      { answer: STALE },
      { fields: { 'Cache-Control': 'max-stale=1000' }, answer: STALE },
    ],
    expected: ['1', '1'],
    asked: 1,
  },
  {
    id: 'min-fresh',
    title: 'A request may want what stays fresh for a while',
    spec: rfc(9111, '5.2.1.3'),
    moves: [
      { answer: FRESH },
      { fields: { 'Cache-Control': 'min-fresh=1000' }, answer: FRESH },
    ],
    expected: ['1', '2'],
    asked: 2,
  },
  {
    id: 'only-if-cached',
    title: 'A request may want no network at all',
    spec: rfc(9111, '5.2.1.7'),
    moves: [{ fields: { 'Cache-Control': 'only-if-cached' }, answer: FRESH }],
    expected: ['504'],
    note: 'The right answer is a 504, which the browser’s console shows in red.',
    asked: 0,
  },
  {
    id: 'range',
    title: 'A part is cut from the whole that is stored',
    spec: rfc(9110, '14.2'),
    moves: [
      { answer: { ...FRESH, ETag: '"a"' } },
      { fields: { Range: 'bytes=0-3' }, answer: { ...FRESH, ETag: '"a"' } },
    ],
    expected: ['1', '1'],
    asked: 1,
  },
  {
    id: 'stale-while-revalidate',
    title: 'What is stale answers while it is validated',
    spec: rfc(5861, '3'),
    moves: [1, 2].map(() => ({
      answer: {
        'Cache-Control': 'max-age=60, stale-while-revalidate=600',
        Age: '100',
      },
    })),
    expected: ['1', '1'],
  },
  {
    id: 'groups',
    title: 'A group is invalidated as one',
    spec: rfc(9875, '2'),
    moves: [
      { answer: { ...FRESH, 'Cache-Groups': '"a"' } },
      {
        method: 'POST',
        query: 'another',
        answer: { 'Cache-Group-Invalidation': '"a"' },
      },
      { answer: FRESH },
    ],
    expected: ['1', '2', '3'],
    asked: 3,
  },
];
