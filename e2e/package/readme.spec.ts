import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HealingCache } from '../../src/index.js';
import { settingsOf } from '../../src/cache/options.js';
import { command, installed } from './install.js';
import { expect, test } from './packed.js';

const root = new URL('../../', import.meta.url);

const read = (path: string): string =>
  readFileSync(new URL(path, root), 'utf8');

const readme = read('README.md');
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) =>
  String(code),
);

/** The text under one heading, up to the next one of its level or above. */
function section(heading: string): string {
  const [marks = ''] = /^#+/.exec(heading) ?? [];
  const from = readme.indexOf(`\n${heading}\n`);
  expect(from, `README has "${heading}"`).toBeGreaterThan(-1);
  const text = readme.slice(from + heading.length + 2);
  const end = text.search(new RegExp(`^#{1,${marks.length}} `, 'm'));
  return end < 0 ? text : text.slice(0, end);
}

/** What stands in backquotes, outside of examples. */
const named = (text: string): string[] =>
  [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(
    ([, name]) => String(name),
  );

/** The words of one union of strings in the source. */
const words = (path: string, type: string): string[] => {
  const [, union = ''] =
    new RegExp(`export type ${type} =([^]*?';\\n)`).exec(read(path)) ?? [];
  return [...union.matchAll(/'([a-z0-9-]+)'/g)].map(([, word]) => String(word));
};

test('every example of the README compiles against what npm sends', async ({
  packed,
}) => {
  test.setTimeout(300_000);
  expect(examples.length).toBeGreaterThan(12);
  const folder = await installed(packed, [
    ...['typescript', 'vite', '@types/node', '@playwright/test', 'serwist'],
    ...['workbox-core', 'workbox-routing', 'workbox-strategies'],
    'workbox-broadcast-update',
  ]);
  const files = examples.map((_, at) => `example-${at + 1}.ts`);
  for (const [at, code] of examples.entries())
    await writeFile(
      join(folder, files[at] ?? ''),
      // An example without imports is a module all the same.
      `${code}\nexport {};\n`,
    );
  // A worker's example asks for its types itself, for an app has those of the page.
  const asks = (at: number): boolean =>
    examples[at]?.startsWith('/// <reference lib="webworker" />') === true;
  for (const wanted of [true, false])
    await command(
      folder,
      process.execPath,
      join('node_modules', 'typescript', 'bin', 'tsc'),
      ...['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022'],
      ...['--lib', 'es2022,dom,dom.iterable', '--types', 'node'],
      ...['--module', 'esnext', '--moduleResolution', 'bundler'],
      ...files.filter((_, at) => asks(at) === wanted),
    );
});

for (const [app, file] of [
  ['vite', 'vite.config.ts'],
  ['workbox', 'vite.config.ts'],
  ['workbox', 'sw.ts'],
  ['serwist', 'sw.ts'],
] as const) {
  test(`the ${file} of the ${app} app that is installed and run is the README's`, () => {
    const lines = read(`e2e/package/apps/${app}/${file}`).split('\n');
    const example = examples.find((code) =>
      code.split('\n').every((line) => lines.includes(line)),
    );
    expect(example).toBeDefined();
  });
}

test('every file that the README links to comes with the package, every picture is in the repository, and every section is there', async ({
  packed,
}) => {
  const folder = await installed(packed, []);
  const links = [
    ...readme.matchAll(/\]\(([^)]+)\)|src(?:set)?="([^"]+)"/g),
  ].map(([, link, source]) => String(link ?? source));
  const here = links.filter((link) => !/^https:|^#/.test(link));
  expect(here.length).toBeGreaterThan(6);
  const pictures = readdirSync(new URL('demo/pictures/', root));
  expect(here).toEqual(
    expect.arrayContaining(pictures.map((name) => `demo/pictures/${name}`)),
  );
  const packedFolder = join(folder, 'node_modules', 'mendbox');
  for (const link of here) {
    // Pictures are more than all the rest of the package.
    const isPicture = link.endsWith('.webp');
    const from = isPicture ? fileURLToPath(root) : packedFolder;
    expect(existsSync(join(from, link)), link).toBe(true);
  }
  const sections = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    String(title).toLowerCase().replaceAll(' ', '-'),
  );
  for (const link of links.filter((each) => each.startsWith('#')))
    expect(sections).toContain(link.slice(1));
});

test('the README names every option, and no other', () => {
  let message = '';
  try {
    settingsOf({ nothing: 1 } as object);
  } catch (error) {
    message = String(error);
  }
  const [, options = ''] = /the options are (.*)$/.exec(message) ?? [];
  const ofInstall = [
    'match',
    'bypassPaths',
    'skipWaiting',
    'claim',
    'statePage',
  ];
  const rows = [...section('## Options').matchAll(/^\| (`[^|]+`) +\|/gm)]
    .flatMap(([, cell]) => named(String(cell)))
    .map((name) => name.replace(/\..*/, ''));
  expect(rows.sort()).toEqual([...options.split(', '), ...ofInstall].sort());
});

test('the README names every fault and every outcome', () => {
  const listed = named(section('## What you can see'));
  for (const type of ['Fault', 'Outcome']) {
    const all = words('src/fault.ts', type);
    expect(all.length).toBeGreaterThan(5);
    expect(listed).toEqual(expect.arrayContaining(all));
  }
});

test('the README names every way to damage what is stored', () => {
  const listed = named(section('### Testing your own app'));
  for (const [path, type] of [
    ['src/testing/corrupt.ts', 'How'],
    ['src/testing/break-storage.ts', 'StorageFault'],
  ] as const) {
    const all = words(path, type);
    expect(all.length).toBeGreaterThan(3);
    expect(listed).toEqual(expect.arrayContaining(all));
  }
});

test('the README names every field of both records', () => {
  const listed = named(section('### What is on disk'));
  const golden = readdirSync(new URL('e2e/golden/', root)).find((name) =>
    name.endsWith('.json'),
  );
  const [{ policy, payload }] = JSON.parse(read(`e2e/golden/${golden}`)) as [
    { policy: object; payload: object },
  ];
  for (const record of [policy, payload])
    expect(listed).toEqual(expect.arrayContaining(Object.keys(record)));
});

test('the README names every export and every method of HealingCache', () => {
  const listed = section('### What is exported');
  for (const [entry, file] of [
    ['mendbox', 'index'],
    ['mendbox/worker', 'install'],
    ['mendbox/window', 'window'],
    ['mendbox/workbox', 'workbox'],
    ['mendbox/vite', 'vite'],
    ['mendbox/devtools', 'devtools'],
    ['mendbox/testing', 'testing'],
  ]) {
    const row = listed
      .split('\n')
      .find((line) => line.startsWith(`| \`${entry}\``));
    const [, names = ''] =
      /export ?\{([^}]*)\}/.exec(read(`dist/${file}.js`)) ?? [];
    const exported = names.split(',').map((name) => name.split(' as ').at(-1));
    expect(names).not.toBe('');
    for (const name of exported)
      expect(named(row ?? ''), entry).toContain(name?.trim());
  }
  const methods = [
    HealingCache.prototype,
    Object.getPrototypeOf(HealingCache.prototype) as object,
  ].flatMap((prototype) => Object.getOwnPropertyNames(prototype));
  expect([...named(listed), 'constructor', 'accepts']).toEqual(
    expect.arrayContaining(methods),
  );
});

test('the sizes of the README are the budgets of the build', () => {
  const budgets = [
    ...read('e2e/size.mjs').matchAll(/budget: ([\d.]+) \* KiB/g),
  ].map(([, number]) => `${number} KiB`);
  expect(budgets.length).toBeGreaterThan(3);
  const sizes = section('## Sizes');
  for (const budget of budgets) expect(sizes).toContain(budget);
});
