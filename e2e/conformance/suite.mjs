// Reads a suite of cache-tests (https://github.com/http-tests/cache-tests) and chooses what a browser runs of it.

import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** `required` is conformance, `optimal` is efficiency; of a `check` neither answer is better. */
export const kinds = ['required', 'optimal', 'check'];

/** A test's kind; those that do not say are required. */
export const kindOf = (test) => test.kind ?? 'required';

/** The suites in an export (a JSON array) or in a checkout, whose tests/index.mjs is imported. */
export async function readSuites(source) {
  const isFolder = (await stat(source)).isDirectory();
  if (!isFolder) return JSON.parse(await readFile(source, 'utf8'));
  const index = path.resolve(source, 'tests/index.mjs');
  return (await import(pathToFileURL(index).href)).default;
}

const runsInBrowsers = (test) => !test.cdn_only && !test.browser_skip;

/**
 * The tests to count, with their suite's name, and the tests to run: also what the counted ones depend on. What no suite
 * at hand defines counts as passing.
 */
export function choose(suites, ids) {
  const all = suites.flatMap(({ name, tests }) =>
    tests.filter(runsInBrowsers).map((test) => ({ suite: name, test })),
  );
  const byId = new Map(all.map(({ test }) => [test.id, test]));
  const strange = ids?.filter((id) => !byId.has(id)) ?? [];
  if (strange.length > 0) throw new Error(`no such test: ${strange.join()}`);
  const counted = ids ? all.filter(({ test }) => ids.includes(test.id)) : all;

  const toRun = new Map();
  const add = (test) => {
    if (!test || toRun.has(test.id)) return;
    toRun.set(test.id, test);
    for (const id of test.depends_on ?? []) add(byId.get(id));
  };
  for (const { test } of counted) add(test);
  return { byId, counted, toRun: [...toRun.values()] };
}
