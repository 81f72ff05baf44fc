import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import {
  build,
  createServer,
  preview,
  type InlineConfig,
  type Plugin,
  type PreviewServer,
} from 'vite';
import { mendbox, type MendboxPluginOptions } from '../../src/vite/index.js';
import { expect, test } from '../fixtures.js';

const here = (path: string): string =>
  fileURLToPath(new URL(path, import.meta.url));

/** The app in apps/vite as its owner would set it up; its Vite cache and its build are this test process's own. */
function app(options?: MendboxPluginOptions): InlineConfig {
  const part = `vite-${test.info().workerIndex}-${test.info().testId}`;
  // The plugin is a Vite plugin by shape: this line is where the compiler compares the two.
  const plugin: Plugin = mendbox(options);
  return {
    root: here('apps/vite'),
    base: '/app/',
    configFile: false,
    logLevel: 'error',
    cacheDir: here(`../.results/${part}-cache`),
    plugins: [plugin],
    resolve: {
      alias: [
        {
          find: 'mendbox/worker',
          replacement: here('../../dist/install.js'),
        },
        { find: /^mendbox\/(\w+)$/, replacement: here('../../dist/$1.js') },
      ],
    },
    server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
    preview: { host: '127.0.0.1', port: 0 },
    build: { outDir: here(`../.results/${part}`), emptyOutDir: true },
  };
}

/** Opens what a server serves, and waits until the worker controls it; gives its URL. */
async function opened(
  page: Page,
  { resolvedUrls }: Pick<PreviewServer, 'resolvedUrls'>,
): Promise<string> {
  const url = String(resolvedUrls?.local[0]);
  await page.goto(url);
  await expect(page.getByRole('status')).toHaveText('controlled');
  return url;
}

const dist = (name: string): Promise<string> =>
  readFile(here(`../../dist/${name}`), 'utf8');

test('the development server serves the worker below base, and it controls the page', async ({
  page,
}) => {
  const server = await createServer(app());
  try {
    await server.listen();
    const url = await opened(page, server);
    const script = await page.request.get(`${url}worker.js`);
    expect(script.headers()['content-type']).toBe('text/javascript');
    expect(script.headers()['cache-control']).toBe('no-cache');
    expect(await script.text()).toBe(await dist('worker.js'));
  } finally {
    await server.close();
  }
});

test('the build emits the worker, and it controls the built page', async ({
  page,
}) => {
  const config = app();
  await build(config);
  const server = await preview(config);
  try {
    await opened(page, server);
  } finally {
    await server.close();
  }
});

/** Asks the worker of a page for something that only this one answers so. */
const cacheNameOf = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const { port1, port2 } = new MessageChannel();
    const { controller } = navigator.serviceWorker;
    await fetch('main-data');
    controller?.postMessage({ mendbox: 1, ask: 'stats' }, [port2]);
    const stats = await new Promise((resolve) => {
      port1.addEventListener('message', ({ data }) => resolve(data.ok));
      port1.start();
    });
    const databases = await indexedDB.databases();
    return [stats, ...databases.map(({ name }) => name)];
  });

test("a worker of the app's own is bundled by the development server", async ({
  page,
}) => {
  // As in a process of its own; a build sets it, too.
  process.env['NODE_ENV'] = 'development';
  const server = await createServer(app({ worker: 'sw.ts' }));
  try {
    await server.listen();
    await opened(page, server);
    expect(await cacheNameOf(page)).toEqual([true, 'own-development']);
  } finally {
    await server.close();
  }
});

test("a worker of the app's own is emitted by the build", async ({ page }) => {
  // As in a process of its own; a development server sets it, too.
  process.env['NODE_ENV'] = 'production';
  const config = app({ worker: 'sw.ts' });
  await build(config);
  const server = await preview(config);
  try {
    await opened(page, server);
    expect(await cacheNameOf(page)).toEqual([true, 'own-production']);
  } finally {
    await server.close();
  }
});

test('a worker that is not there fails the build by its path, and says what names it', async () => {
  const config = app({ worker: 'nowhere.ts' });
  await expect(emitted(config)).rejects.toThrow(
    `mendbox: there is no file ${here('apps/vite/nowhere.ts')}. The plugin's option { worker } names it below Vite's root, ${here('apps/vite')}`,
  );
});

/** The emitted files of one build, by name. */
async function emitted(
  config: InlineConfig,
): Promise<ReadonlyMap<string, unknown>> {
  const built = await build({
    ...config,
    build: { ...config.build, write: false },
  });
  if (!('output' in built)) throw new TypeError('the build has one output');
  return new Map(
    built.output.map((file) => [
      file.fileName,
      file.type === 'asset' ? file.source : file.code,
    ]),
  );
}

test('fileName names the file, and kill puts the kill switch there', async () => {
  const files = await emitted(app({ fileName: 'sw/mend.js', kill: true }));
  expect(files.get('sw/mend.js')).toBe(await dist('kill.js'));
  expect(files.has('worker.js')).toBe(false);
});

test('a build for a server gets no worker', async () => {
  const config = app();
  const entry = here('apps/vite/main.ts');
  const files = await emitted({
    ...config,
    build: { ...config.build, ssr: entry, target: 'es2022' },
  });
  expect([...files.keys()]).not.toContain('worker.js');
});

test('an option that there is not is a TypeError that names those there are', () => {
  expect(() => mendbox({ filename: 'sw.js' } as never)).toThrow(
    new TypeError(
      'mendbox: mendbox() takes { fileName: string, worker: string, kill: boolean }, not filename: string',
    ),
  );
});

for (const fileName of ['/worker.js', '../worker.js', 'a/../../b.js', '']) {
  test(`the file name "${fileName}" is refused`, () => {
    expect(() => mendbox({ fileName })).toThrow(
      /mendbox: fileName takes a path/,
    );
  });
}
