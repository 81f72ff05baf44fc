import { expect, test } from '../fixtures.js';
import { takesTime } from './case.js';
import { differences } from './drive.js';
import { tables } from './tables.js';

/** Cases that are under way at once. */
const LANES = 12;

// All cases run in one page and share its worker, as a site's requests do. What needs no browser runs in
// Node too: pure.test.ts.
test('every case of the tables comes out as the standards say', async ({
  app,
  origin,
  elsewhere,
  browserName,
}) => {
  test.setTimeout(120_000);
  const rows = tables.flatMap(([table, cases]) =>
    cases
      .map((each, index) => ({ each, name: `${table}-${index}` }))
      .filter(({ each }) => !takesTime(each)),
  );
  const told = new Map<string, string[]>();
  const queue = rows
    .filter(
      ({ each }) =>
        (!each.only || each.only[0] === browserName) &&
        each.not?.[0] !== browserName,
    )
    .values();
  const lane = async (): Promise<void> => {
    for (const { each, name } of queue)
      told.set(name, await differences({ app, origin, elsewhere }, each, name));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  for (const { each, name } of rows) {
    const title = `${name}, ${each.kind}, ${each.spec}: ${each.name}`;
    expect.soft(told.get(name) ?? [], title).toEqual([]);
  }
});

test('no two cases have the same name', () => {
  const names = tables.flatMap(([, cases]) => cases.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});
