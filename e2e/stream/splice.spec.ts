import type { Outcome } from '../../src/fault.js';
import { expect, isHit, test, type App } from '../fixtures.js';
import { sha256, type Answer, type Handler, type Origin } from '../origin.js';
import {
  bulk,
  damageSlices,
  large,
  MB,
  ranged,
  sliceAt,
  startOf,
  store,
} from './large.js';

const path = '/large';
const bytes = bulk('first', 5 * MB);
const other = bulk('second', 5 * MB);
const first = large('first', bytes);
const second = large('second', other);
const last = sliceAt(bytes.length - 1);

/** What the origin does when it is asked again, and what must come of it. */
interface Row {
  readonly name: string;
  readonly bad: readonly number[];
  readonly stored?: Answer;
  readonly again: Handler;
  readonly outcomes: readonly Outcome[];
  /** Header fields of the request that heals. */
  readonly asks?: Readonly<Record<string, string | undefined>>;
}

/** A 206 for the right request, changed. */
const changed =
  (change: (answer: Answer) => Answer): Handler =>
  async (seen, socket) => {
    const answer = await ranged(first)(seen, socket);
    return answer?.status === 206 ? change(answer) : answer;
  };

const inField =
  (name: string, change: (value: string) => string): Handler =>
  (seen, socket) =>
    changed((answer) => ({
      ...answer,
      headers: {
        ...answer.headers,
        [name]: change(String(answer.headers?.[name])),
      },
    }))(seen, socket);

const weak: Answer = {
  ...first,
  headers: { ...first.headers, etag: 'W/"first"' },
};

/** The other representation has the first slices of the stored one. */
const tail = Buffer.concat([
  bytes.subarray(0, startOf(2)),
  other.subarray(startOf(2)),
]);

const range = (slice: number): NonNullable<Row['asks']> => ({
  range: `bytes=${startOf(slice)}-`,
  'if-range': '"first"',
});

const rows: readonly Row[] = [
  ...[1, 2, last].map((slice) => ({
    name: `slice ${slice} of ${last} is broken`,
    bad: [slice],
    again: ranged(first),
    outcomes: ['range-spliced'] as const,
    asks: range(slice),
  })),
  {
    name: 'two slices are broken, one whole between them',
    bad: [1, 3],
    again: ranged(first),
    outcomes: ['range-spliced', 'range-spliced'],
    asks: range(1),
  },
  {
    name: 'every slice behind the first is broken',
    bad: Array.from({ length: last }, (_, slice) => slice + 1),
    again: ranged(first),
    outcomes: ['range-spliced'],
    asks: range(1),
  },
  {
    name: 'the origin knows no Range',
    bad: [2],
    again: () => first,
    outcomes: ['refetch-spliced'],
    asks: range(2),
  },
  {
    name: 'the same bytes have another validator by now',
    bad: [2],
    again: ranged(large('renamed', bytes)),
    outcomes: ['refetch-spliced'],
    asks: range(2),
  },
  {
    name: 'the part that the origin sends is coded',
    bad: [2],
    again: inField('content-encoding', () => 'gzip'),
    outcomes: ['stream-error'],
  },
  {
    name: 'the validator is weak',
    bad: [2],
    stored: weak,
    again: () => weak,
    outcomes: ['refetch-spliced'],
    asks: { range: undefined, 'if-range': undefined },
  },
  {
    name: 'the representation has changed',
    bad: [2],
    again: ranged(second),
    outcomes: ['stream-error'],
    asks: range(2),
  },
  {
    name: 'the representation has changed behind a beginning that is the same',
    bad: [2],
    again: ranged(large('second', tail)),
    outcomes: ['stream-error'],
  },
  {
    name: 'the representation has changed and the origin ignores If-Range',
    bad: [2],
    again: ({ headers, ...seen }, socket) => {
      const { 'if-range': _, ...rest } = headers;
      return ranged(second)({ ...seen, headers: rest }, socket);
    },
    outcomes: ['stream-error'],
  },
  {
    name: 'a part of another representation bears the same validator',
    bad: [2],
    again: ranged(large('first', other)),
    outcomes: ['stream-error'],
  },
  {
    name: 'Content-Range names another position',
    bad: [2],
    again: inField('content-range', (value) =>
      value.replace(/\d+/, (at) => String(Number(at) - 1)),
    ),
    outcomes: ['stream-error'],
  },
  {
    name: 'Content-Range names another complete length',
    bad: [2],
    again: inField('content-range', (value) => `${value}0`),
    outcomes: ['stream-error'],
  },
  {
    name: 'Content-Range is right and the bytes are of another position',
    bad: [2],
    again: changed((answer) => ({
      ...answer,
      body: bytes.subarray(startOf(1), startOf(1) + (answer.body?.length ?? 0)),
    })),
    outcomes: ['stream-error'],
  },
  {
    name: 'Content-Range is missing',
    bad: [2],
    again: inField('content-range', () => ''),
    outcomes: ['stream-error'],
  },
  {
    name: 'the origin fails',
    bad: [2],
    again: () => ({ status: 500, body: 'no' }),
    outcomes: ['stream-error'],
  },
  {
    name: 'the rest is cut',
    bad: [2],
    again: changed((answer) => ({
      ...answer,
      broken: { framing: 'length', after: 500_000, ending: 'reset' },
    })),
    outcomes: ['stream-error'],
  },
];

/** Exactly these events, the last of which says what became of the stream. */
async function expectOutcomes(app: App, outcomes: Row['outcomes']) {
  await app.nextHeal(outcomes.length);
  const heals = await app.heals();
  expect(heals.map(({ outcome }) => outcome)).toEqual(outcomes);
  for (const heal of heals)
    expect(heal).toMatchObject({
      url: app.key(path),
      fault: 'digest-mismatch',
      phase: 'body',
      path: 'payload.body',
    });
  return heals;
}

/** The body that was mended answers from the disk, whole. */
async function expectMended(app: App, origin: Origin): Promise<void> {
  await app.settled(path, sha256(bytes));
  await app.restartWorker();
  const before = origin.requests(path).length;
  const again = await app.fetch(path);
  expect(again.headers['cache-status']).toMatch(isHit);
  expect(again.sha256).toBe(sha256(bytes));
  expect(origin.requests(path)).toHaveLength(before);
}

for (const row of rows) {
  test(`in mid-stream: ${row.name}`, async ({ app, origin }) => {
    await store(app, origin, path, row.stored ?? first);
    await damageSlices(app, path, row.bad);
    origin.on(path, row.again);
    const got = await app.fetch(path);
    expect(got.headers['cache-status']).toMatch(isHit);
    const [, asked] = origin.requests(path);
    for (const [name, value] of Object.entries(row.asks ?? {}))
      expect(asked?.headers[name], name).toBe(value);
    const [heal] = await expectOutcomes(app, row.outcomes);
    if (row.outcomes.includes('stream-error')) {
      expect(got.error).toBeDefined();
      await expect
        .poll(async () => (await app.records(path)).policy)
        .toBeUndefined();
      return;
    }
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(sha256(bytes));
    const [bad = 0] = row.bad;
    const length = Math.min(startOf(bad + 1), bytes.length) - startOf(bad);
    expect(heal?.bytes).toBeGreaterThanOrEqual(length);
    await expectMended(app, origin);
  });
}

test('in mid-stream: the network is gone', async ({ app, origin }) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [2]);
  await origin.goOffline();
  const got = await app.fetch(path);
  expect(got.error).toBeDefined();
  expect(await expectOutcomes(app, ['stream-error'])).toMatchObject([
    { bytes: 0 },
  ]);
  await origin.goOnline();
  const again = await app.fetch(path);
  expect(again.sha256).toBe(sha256(bytes));
});

test('the first slice is broken: the request is replayed before any byte has gone', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [0]);
  origin.on(path, ranged(second));
  const got = await app.fetch(path);
  expect(got.sha256).toBe(sha256(other));
  expect(got.headers['etag']).toBe('"second"');
  expect(await app.nextHeal()).toMatchObject({ outcome: 'replayed' });
});
