import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';

const dist = new URL('../../dist/', import.meta.url);

/** An entry and every chunk that it imports at once, as text. */
function loaded(file: URL, seen = new Set<string>()): string {
  if (seen.has(file.href)) return '';
  seen.add(file.href);
  const code = readFileSync(file, 'utf8');
  const chunks = code.matchAll(/(?:from|import)\s*["'](\.[^"']+)["']/g);
  const others = Array.from(chunks, ([, name = '']) =>
    loaded(new URL(name, file), seen),
  );
  return [code, ...others].join('\n');
}

/** Words that only fault injection has. */
const harm = /nothing is stored for|of-another-build/;

test('fault injection is in its own bundle and in no other', () => {
  const entries = readdirSync(dist).filter((name) => name.endsWith('.js'));
  const harmful = entries.filter((name) =>
    harm.test(loaded(new URL(name, dist))),
  );
  expect(entries).toContain('worker.js');
  expect(harmful).toEqual(['testing.js']);
});
