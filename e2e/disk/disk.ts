import { expect } from '../fixtures.js';
import { canFreeze, type DiskDamage } from './damage.js';
import { diskDamages } from './rows.js';
import { paths, publish, Session, test, type Engine } from './profile.js';

async function becomeTable(session: Session): Promise<void> {
  // The databases of an origin share one log, which becomes a table after some four megabytes.
  await session.app.page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('filler');
      request.addEventListener('upgradeneeded', () =>
        request.result.createObjectStore('filler'),
      );
      request.addEventListener('success', () => resolve(request.result));
    });
    for (let round = 0; round < 20; round++) {
      const tx = db.transaction('filler', 'readwrite');
      for (let n = 0; n < 16; n++) {
        const bytes = crypto.getRandomValues(new Uint8Array(40_000));
        tx.objectStore('filler').put(bytes, n);
      }
      await new Promise((resolve) => tx.addEventListener('complete', resolve));
    }
    db.close();
  });
}

function expectLost({ lost }: DiskDamage, hits: readonly string[]): void {
  if (!lost) return;
  const spared = Object.keys(paths).filter((at) => !lost.includes(at));
  expect(hits, 'only what is whole is answered').toEqual(spared);
}

/** Every answer is right, and what the engine can still store is stored again. */
async function expectRight(row: DiskDamage, session: Session): Promise<void> {
  expectLost(row, await session.fetchAll('first', 'second'));
  if (row.isLost) expect(await session.fetchAll('second')).toEqual([]);
  else await session.expectAllHits('first', 'second');
  await session.close();
}

/** One test for each way in which an engine's files can be damaged. */
export function diskTests(engine: Engine): void {
  const isAll = process.env['E2E'] === 'all';
  for (const row of diskDamages[engine]) {
    if (!isAll && !row.isCore) continue;
    test(`${row.id}: the disk is damaged between two starts: ${row.name}`, async ({
      written,
    }) => {
      test.setTimeout(90_000);
      test.skip(
        row.isFrozen === true && !canFreeze(),
        'files can be made unchangeable by root only, and not on every disk',
      );
      const { origin } = written;
      const profile = written.copy();
      if (row.isTable) {
        const before = await Session.open(engine, profile, origin);
        await becomeTable(before);
        await before.close();
      }
      const undo = row.damage(profile);
      publish(origin, row.isSame ? 'first' : 'second');

      try {
        await expectRight(row, await Session.open(engine, profile, origin));
      } finally {
        undo?.();
      }

      if (!row.isLatent && !row.isFrozen) return;
      publish(origin, 'third');
      const later = await Session.open(engine, profile, origin);
      await later.fetchAll('first', 'second', 'third');
      await later.expectAllHits('first', 'second', 'third');
      await later.close();
    });
  }
}
