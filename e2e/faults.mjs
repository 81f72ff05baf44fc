/**
 * Writes e2e/faults.md: what becomes of each fault of the catalogue in each engine.
 *
 *   node e2e/faults.mjs            writes the table
 *   node e2e/faults.mjs --check    fails where the written table is not what the tests and e2e/faults.json say
 *
 * e2e/faults.json says what is expected of each fault. A cell says so only where a test stands for the fault in that
 * engine, by its title ("A8: ..."), and all tests pass or `npm run e2e:all` is red; where there is none, faults.json must
 * say why.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

const ENGINES = ['chromium', 'firefox', 'webkit'];
const OUTCOMES = new Set(['healed', 'passed through', 'prevented']);

const here = (name) => new URL(name, import.meta.url);
const target = here('faults.md');

/** Every test, with its project, as Playwright lists them. */
function* testsOf({ suites = [], specs = [] }) {
  for (const { title, tests } of specs)
    for (const { projectName } of tests) yield { title, engine: projectName };
  for (const suite of suites) yield* testsOf(suite);
}

function listed() {
  const command = ['playwright', 'test', '-c', 'e2e', '--list'];
  const output = execFileSync('npx', [...command, '--reporter=json'], {
    encoding: 'utf8',
    cwd: here('..'),
    env: { ...process.env, E2E: 'all' },
    maxBuffer: 2 ** 28,
  });
  return [...testsOf(JSON.parse(output))];
}

/** Which faults have a test in which engine, as `A8 chromium`. */
function tested(tests) {
  return new Set(
    tests.flatMap(({ title, engine }) => {
      const ids = /^((?:[A-I]\d+(?:, )?)+):/.exec(title)?.[1] ?? '';
      return ids.split(', ').map((id) => `${id} ${engine}`);
    }),
  );
}

/** Each reason with the number of its note. */
const notes = new Map();

function noteOf(reason) {
  if (!notes.has(reason)) notes.set(reason, notes.size + 1);
  return notes.get(reason);
}

function cellOf(id, { outcome, not = {} }, engine, has) {
  const reason = not[engine] ?? not.any;
  if (has.has(`${id} ${engine}`)) {
    const expected = typeof outcome === 'string' ? outcome : outcome[engine];
    if (!OUTCOMES.has(expected))
      throw new Error(`${id}: what is expected in ${engine}?`);
    if (not[engine]) throw new Error(`${id} has a test in ${engine}`);
    return expected;
  }
  if (!reason) throw new Error(`${id} has no test in ${engine}, and no reason`);
  return `not applicable [${noteOf(reason)}]`;
}

/** The engines that are not here are not listed: their column stays as it was written. */
function withWritten(cells, written, engines) {
  const old = written.split('|').map((cell) => cell.trim());
  return cells.map((cell, at) =>
    engines.has(ENGINES[at]) ? cell : (old[at + 3] ?? cell),
  );
}

async function table() {
  const faults = JSON.parse(await readFile(here('faults.json'), 'utf8'));
  const tests = listed();
  const engines = new Set(tests.map(({ engine }) => engine));
  const has = tested(tests);
  const known = new Set(Object.keys(faults));
  const strange = [...has].filter(
    (each) => !known.has(each.split(' ')[0]) && !each.startsWith(' '),
  );
  if (strange.length > 0) throw new Error(`no such fault: ${strange.join()}`);
  const written = await readFile(target, 'utf8').catch(() => '');
  const rows = Object.entries(faults).map(([id, fault]) => {
    const cells = ENGINES.map((engine) =>
      engines.has(engine) ? cellOf(id, fault, engine, has) : '',
    );
    const line = written
      .split('\n')
      .find((each) => each.startsWith(`| ${id} `));
    const what = fault.what.replaceAll('|', '\\|');
    const all = withWritten(cells, line ?? '', engines);
    return `| ${id} | ${fault.core ? `**${what}**` : what} | ${all.join(' | ')} |`;
  });
  return `# The catalogue of faults, and what becomes of each

Made by \`npm run faults\` from \`e2e/faults.json\` and the titles of the tests; \`npm test\` fails where it is out of date. A word stands in a cell only where a test of that engine stands for the fault. The core of the catalogue is in bold type.

- **healed**: what was broken is dropped or mended, the page has the right bytes, and the cache works again by itself.
- **passed through**: the network answers, or its own error, as without a cache; nothing wrong is stored, and what is whole stays.
- **prevented**: the rule that the test checks lets the fault not arise.
- **not applicable**: it cannot be provoked in that engine here; the note says why.

| fault | what goes wrong | Chromium | Firefox | WebKitGTK |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

${Array.from(notes, ([reason, note]) => `${note}. ${reason}`).join('\n')}
`;
}

const config = await resolveConfig(target);
const text = await format(await table(), { ...config, parser: 'markdown' });
const isWritten = (await readFile(target, 'utf8').catch(() => '')) === text;
if (!process.argv.includes('--check')) await writeFile(target, text);
else if (!isWritten) {
  console.error('e2e/faults.md is out of date: npm run faults');
  process.exitCode = 1;
}
