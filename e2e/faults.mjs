/**
 * Writes e2e/faults.md: which tests stand for which fault of the catalogue, by engine.
 *
 * A test says in its title which fault it stands for ("A8: ..."), so the table cannot claim more than there is:
 * `node e2e/faults.mjs` asks Playwright for the list of tests and counts. A fault without a test is said to have none.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';

const ENGINES = ['chromium', 'firefox', 'webkit'];

const here = (name) => new URL(name, import.meta.url);

function listed() {
  const output = execFileSync(
    'npx',
    ['playwright', 'test', '-c', 'e2e', '--list'],
    { encoding: 'utf8', cwd: here('..'), maxBuffer: 2 ** 26 },
  );
  return output.matchAll(/^\s*\[(\w+)\] › (\S+?):\d+:\d+ › (.*)$/gm);
}

function count() {
  const counts = new Map();
  for (const [, engine, , title] of listed()) {
    const ids = /(?:^|› )((?:[A-I]\d+(?:, )?)+):/.exec(title)?.[1] ?? '';
    for (const id of ids.split(', ').filter(Boolean)) {
      const row = counts.get(id) ?? {};
      row[engine] = (row[engine] ?? 0) + 1;
      counts.set(id, row);
    }
  }
  return counts;
}

const faults = JSON.parse(await readFile(here('faults.json'), 'utf8'));
const counts = count();
const rows = Object.entries(faults).map(([id, name]) => {
  const row = counts.get(id) ?? {};
  const cells = ENGINES.map((engine) => row[engine] ?? '-');
  return `| ${id} | ${name.replaceAll('|', '\\|')} | ${cells.join(' | ')} |`;
});
const tested = Object.keys(faults).filter((id) => counts.has(id)).length;

await writeFile(
  here('faults.md'),
  `# The catalogue of faults, and the tests that stand for them

Made by \`node e2e/faults.mjs\` from the titles of the tests; the numbers are tests. ${tested} of ${rows.length} faults have at least one of their own; \`-\` means none.

| fault | what goes wrong | ${ENGINES.join(' | ')} |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`,
);
