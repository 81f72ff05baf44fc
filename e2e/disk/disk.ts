import { expect } from '../fixtures.js';
import { diskDamages, type DiskDamage } from './damage.js';
import { paths, publish, Session, test } from './profile.js';

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

/** One test for each way in which an engine's files can be damaged. */
export function diskTests(engine: 'chromium' | 'firefox'): void {
  const isAll = process.env['DISK_ROWS'] === 'all';
  for (const row of diskDamages[engine]) {
    if (!isAll && !row.isCore) continue;
    test(`${row.id}: the disk is damaged between two starts: ${row.name}`, async ({
      written,
      playwright,
    }) => {
      test.setTimeout(90_000);
      const { origin } = written;
      const type = playwright[engine];
      const profile = written.copy();
      if (row.isTable) {
        const before = await Session.open(type, profile, origin);
        await becomeTable(before);
        await before.close();
      }
      row.damage(profile);
      publish(origin, row.isSame ? 'first' : 'second');

      const session = await Session.open(type, profile, origin);
      expectLost(row, await session.fetchAll('first', 'second'));
      if (row.isLost) expect(await session.fetchAll('second')).toEqual([]);
      else await session.expectAllHits('first', 'second');
      await session.close();

      if (!row.isLatent) return;
      publish(origin, 'third');
      const later = await Session.open(type, profile, origin);
      await later.fetchAll('first', 'second', 'third');
      await later.expectAllHits('first', 'second', 'third');
      await later.close();
    });
  }
}
