import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Testing from '../../src/testing/index.js';
import type * as Window from '../../src/window/index.js';
import { isHit } from '../fixtures.js';
import { sha256 } from '../origin.js';
import { publish, readFiles } from '../workbox/build.js';
import { builtApp, command, installed } from './install.js';
import { expect, test } from './packed.js';

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

test("the README's test of one's own app passes, and the answer was broken before", async ({
  packed,
  idle: { page },
  origin,
}) => {
  publish(origin, await readFiles(await builtApp(packed, 'vite', [])));
  const headers = { 'cache-control': 'max-age=600' };
  origin.answer('/api/data', { headers, body: 'data' });
  await page.goto(`${origin.url}/`);
  await expect(page.getByRole('status')).toHaveText('controlled');
  const [text, status] = await page.evaluate(async () => {
    const { corrupt, warm } = window as unknown as typeof Testing &
      typeof Window;
    await warm(['/api/data']);
    await corrupt('/api/data', 'flip-bit');
    const response = await fetch('/api/data');
    return [await response.text(), response.headers.get('cache-status')];
  });
  expect(text).toBe('data');
  expect(status).toContain('healed-digest-mismatch');
});

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

test('a server may import what its pages import', async ({ packed }) => {
  const folder = await installed(packed, []);
  const names = ['mendbox', 'mendbox/window', 'mendbox/http', 'mendbox/vite'];
  const code = names.map((name) => `await import('${name}');`).join('\n');
  const options = ['--input-type=module', '--eval', code];
  await command(folder, process.execPath, ...options);
});
