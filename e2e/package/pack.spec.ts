import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, isHit, test as base } from '../fixtures.js';
import { sha256 } from '../origin.js';
import { publish, readFiles } from '../workbox/build.js';
import { builtApp, command, installed, pack } from './install.js';

const test = base.extend<object, { packed: string }>({
  packed: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
    async ({}, use) => use(await pack()),
    { scope: 'worker' },
  ],
});

// npm may have to fetch, and every app is built with a Vite of its own.
test.setTimeout(300_000);

for (const [name, packages] of [
  ['vite', []],
  ['workbox', ['workbox-core', 'workbox-routing']],
  ['serwist', ['serwist']],
] as const) {
  test(`a ${name} app installs the package, builds, forwards once, then hits, and heals`, async ({
    packed,
    idle,
    origin,
  }) => {
    publish(origin, await readFiles(await builtApp(packed, name, packages)));
    const headers = { 'cache-control': 'max-age=600' };
    origin.answer('/api/data', { headers, body: 'data' });
    await idle.page.goto(`${origin.url}/`);
    await expect(idle.page.getByRole('status')).toHaveText('controlled');

    const first = await idle.fetch('/api/data');
    expect(first.headers['cache-status']).toMatch(/^mendbox; fwd=uri-miss/);
    await idle.settled('/api/data', sha256('data'));
    const second = await idle.fetch('/api/data');
    expect(second.headers['cache-status']).toMatch(isHit);
    expect(origin.requests('/api/data')).toHaveLength(1);

    await idle.damage('/api/data', ({ payload }) => {
      payload['body'] = new TextEncoder().encode('dada').buffer;
    });
    await idle.restartWorker();
    const healed = await idle.fetch('/api/data');
    expect(healed.text).toBe('data');
    expect(healed.headers['cache-status']).toContain('healed-digest-mismatch');
    await idle.settled('/api/data', sha256('data'));
  });
}

/** An entry's type check needs the library in which its types are used. */
const entries: Readonly<Record<string, readonly string[]>> = {
  dom: [
    'mendbox',
    'mendbox/window',
    'mendbox/http',
    'mendbox/testing',
    'mendbox/devtools',
    'mendbox/vite',
  ],
  webworker: [
    'mendbox',
    'mendbox/worker',
    'mendbox/workbox',
    'mendbox/http',
    'mendbox/testing',
  ],
};

for (const [lib, names] of Object.entries(entries)) {
  test(`the declarations compile under the library ${lib} alone, libraries checked`, async ({
    packed,
  }) => {
    const folder = await installed(packed, [
      'typescript',
      'workbox-core',
      'workbox-strategies',
    ]);
    const uses = names.map(
      (name, at) => `import type * as entry${at} from '${name}';`,
    );
    const keeps = names.map((_, at) => `keyof typeof entry${at}`).join(' | ');
    await writeFile(
      join(folder, 'app.ts'),
      `${uses.join('\n')}\nexport type Names = ${keeps};\n`,
    );
    const options = ['--strict', '--noEmit', '--skipLibCheck', 'false'];
    await command(
      folder,
      process.execPath,
      join('node_modules', 'typescript', 'bin', 'tsc'),
      ...[...options, '--exactOptionalPropertyTypes', '--lib', `es2022,${lib}`],
      ...['--module', 'esnext', '--moduleResolution', 'bundler', 'app.ts'],
    );
  });
}

test('are-the-types-wrong finds nothing wrong with the entries', async ({
  packed,
}) => {
  const attw = new URL(
    '../../node_modules/@arethetypeswrong/cli/dist/index.js',
    import.meta.url,
  );
  await command(
    process.cwd(),
    process.execPath,
    ...[attw.pathname, packed, '--profile', 'esm-only'],
    // Classic scripts: nobody imports them.
    ...['--exclude-entrypoints', './worker.js', './kill.js'],
  );
});

test('what exports and sideEffects name is in the package, and no test or setting of the build is', async ({
  packed,
}) => {
  const folder = await installed(packed, []);
  const here = join(folder, 'node_modules', 'mendbox');
  const manifest = JSON.parse(
    await readFile(join(here, 'package.json'), 'utf8'),
  ) as { exports: Record<string, unknown>; sideEffects: string[] };
  const named = [manifest.exports, manifest.sideEffects].flatMap((part) =>
    [...JSON.stringify(part).matchAll(/"(\.\/(?:dist|src)\/[^"]*)"/g)].map(
      ([, path]) => String(path),
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  const files = [...(await readFiles(here)).keys()].map((path) => `.${path}`);
  expect(files).toEqual(expect.arrayContaining(named));
  expect(
    files.filter((path) => /\.test\.|tsconfig|node_modules/.test(path)),
  ).toEqual([]);
});
