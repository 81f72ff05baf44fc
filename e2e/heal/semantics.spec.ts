import { expect, test } from '../fixtures.js';
import { differences } from '../http/drive.js';
import { semantics } from './semantics.js';

for (const [n, row] of semantics.entries()) {
  const tag = row.not ? `@no-${row.not[0]}` : [];
  test(
    `${row.id}: ${row.name}`,
    { tag },
    async ({ app, origin, elsewhere }) => {
      const stage = { app, origin, elsewhere };
      expect(await differences(stage, row, `semantics-${n}`)).toEqual([]);
    },
  );
}
