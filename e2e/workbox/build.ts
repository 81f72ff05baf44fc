import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { Origin } from '../origin.js';

const apps = fileURLToPath(new URL('apps/', import.meta.url));
const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const results = fileURLToPath(new URL('../.results/', import.meta.url));

/** What an app's own `mendbox` in node_modules would give: the built package. */
const alias = [
  { find: /^mendbox$/, replacement: `${dist}index.js` },
  { find: /^mendbox\/(\w+)$/, replacement: `${dist}$1.js` },
];

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** Builds an app as its owner would: Vite for the page, and once more for the worker's script. */
async function built(name: string, outDir: string): Promise<void> {
  const common = {
    root: join(apps, name),
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
  } as const;
  await build({ ...common, build: { outDir, emptyOutDir: true } });
  await build({
    ...common,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir,
      emptyOutDir: false,
      lib: {
        entry: 'sw.ts',
        formats: ['iife'],
        name: 'sw',
        fileName: () => 'sw.js',
      },
    },
  });
}

/** The built files of an app, by their path on the server. */
export type Files = ReadonlyMap<string, Buffer>;

/** Builds an app into a folder of this test process's own, and reads it. */
export async function buildApp(name: string, part: number): Promise<Files> {
  const outDir = join(results, `app-${name}-${part}`);
  await built(name, outDir);
  return readFiles(outDir);
}

/** The files of a folder, by their path on a server. */
export async function readFiles(outDir: string): Promise<Files> {
  const listed = await readdir(outDir, {
    recursive: true,
    withFileTypes: true,
  });
  const files = new Map<string, Buffer>();
  for (const each of listed.filter((entry) => entry.isFile())) {
    const file = join(each.parentPath, each.name);
    files.set(`/${relative(outDir, file)}`, await readFile(file));
  }
  return files;
}

/** Puts a built app onto a server; its page answers `/`. */
export function publish(origin: Origin, files: Files): void {
  for (const [path, body] of files) {
    const type = types[path.split('.').at(-1) ?? ''] ?? 'text/plain';
    const headers = { 'content-type': type, 'cache-control': 'no-store' };
    origin.answer(path, { headers, body });
    if (path === '/index.html') origin.answer('/', { headers, body });
  }
}
