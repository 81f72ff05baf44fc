// Runs cache-tests in a browser, against the built worker.
//
//   npm run conformance -- --suite FILE_OR_CHECKOUT [options]
//
//   --suite PATH      an export of cache-tests (a JSON array of suites), or a checkout of it
//   --browser NAME    chromium (default) or firefox
//   --worker FILE     another worker's script; "none" measures the browser's own cache (default dist/worker.js)
//   --ids A,B         only these tests, and what they depend on
//   --pause MS        between the requests of a test (default 0: a write behind an answer races the next request)
//   --strict          also judge what upstream's client cannot fail
//   --list            print every test that does not pass, and why
//   --out FILE        write every verdict as JSON
//
// The result is compared with expected.json, which gives a reason for each failure that is meant, by browser where they
// differ: any other failure, and any of them that passes, fails the run. `check` tests only observe, so they are printed and not compared.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, firefox } from '@playwright/test';
import { launchOptions } from '../browsers.mjs';
import { judge, tally, withDependencies } from './judge.mjs';
import { Run, serve } from './origin.mjs';
import { control, observe } from './page.mjs';
import { choose, kindOf, kinds, readSuites } from './suite.mjs';

const built = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));
const expectedFile = new URL('expected.json', import.meta.url);

const { values: options } = parseArgs({
  options: {
    suite: { type: 'string' },
    browser: { type: 'string', default: 'chromium' },
    worker: { type: 'string', default: built },
    ids: { type: 'string' },
    pause: { type: 'string', default: '0' },
    strict: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});

const hasWorker = options.worker !== 'none';

/** What the page saw of every run, in a browser with an empty profile. */
async function observeAll(runs) {
  const origin = await serve(runs, hasWorker ? options.worker : undefined);
  const engine = { chromium, firefox }[options.browser];
  if (!engine) throw new Error(`no such browser: ${options.browser}`);
  const browser = await engine.launch(launchOptions(options.browser));
  try {
    const page = await browser.newPage();
    await page.goto(origin.url);
    if (hasWorker) await page.evaluate(control, '/worker.js');
    return await page.evaluate(observe, {
      tests: runs.map(({ test, token }) => ({ ...test, token })),
      atOnce: 25,
      patienceMs: 10_000,
      pauseMs: Number(options.pause),
    });
  } finally {
    await browser.close();
    origin.close();
  }
}

function printTable(counted, verdicts) {
  const suites = new Map(counted.map(({ suite }) => [suite, []]));
  for (const each of counted) suites.get(each.suite).push(each);
  const names = [...suites.keys(), 'all'];
  const width = Math.max(...names.map((name) => name.length));
  const row = (name, cells) =>
    console.log(
      [name.padEnd(width), ...cells.map((cell) => cell.padStart(9))].join(' '),
    );
  row('', kinds);
  for (const [name, tests] of [...suites, ['all', counted]]) {
    row(name, Object.values(tally(tests, verdicts)));
  }
}

function listFailures(counted, verdicts) {
  for (const { test } of counted) {
    const { is, text } = verdicts[test.id];
    if (is !== 'pass') console.log(`${kindOf(test)} ${is} ${test.id}: ${text}`);
  }
}

/** A reason that holds in every browser; one that does not is an object by browser. */
const plain = (reason) => (typeof reason === 'string' ? reason : undefined);

/** What differs from expected.json; only tests at hand are compared. */
async function surprises(counted, verdicts) {
  const expected = JSON.parse(await readFile(expectedFile, 'utf8'));
  return counted
    .filter(({ test }) => kindOf(test) !== 'check')
    .flatMap(({ test: { id } }) => {
      const { is, text } = verdicts[id];
      const reason = expected[id]?.[options.browser] ?? plain(expected[id]);
      if (is !== 'pass' && !reason)
        return [`${id} should pass: ${is}, ${text}`];
      if (is === 'pass' && reason) {
        return [`${id} passes, though expected.json says: ${reason}`];
      }
      return [];
    });
}

async function main() {
  if (!options.suite) {
    throw new Error('which suite? --suite FILE_OR_CHECKOUT');
  }
  const { byId, counted, toRun } = choose(
    await readSuites(options.suite),
    options.ids?.split(','),
  );
  const runs = toRun.map((test) => new Run(test));
  const observed = await observeAll(runs);
  const own = Object.fromEntries(
    runs.map((run) => {
      const { id } = run.test;
      return [id, judge(run, observed[id], options.strict)];
    }),
  );
  const verdicts = withDependencies(own, byId);

  if (options.list) listFailures(counted, verdicts);
  printTable(counted, verdicts);
  const strange = hasWorker ? await surprises(counted, verdicts) : [];
  for (const line of strange) console.log(`surprise: ${line}`);
  if (strange.length > 0) process.exitCode = 1;
  const totals = tally(counted, verdicts);
  if (options.out) {
    const result = { browser: options.browser, totals, verdicts };
    await writeFile(options.out, `${JSON.stringify(result, null, 2)}\n`);
  }
  console.log(
    `required ${totals.required} optimal ${totals.optimal} check-yes ${totals.check}`,
  );
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
