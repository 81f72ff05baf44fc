import { readFileSync } from 'node:fs';
import { defineConfig, type UserConfig } from 'vite';
import { demoOrigin } from './demo/origin/plugin.js';

/**
 * The package as ES modules: dependencies stay imports, so that an app's own
 * copies of idb and Workbox are shared with ours.
 */
const lib: UserConfig = {
  build: {
    lib: {
      entry: {
        index: 'src/index.ts',
        install: 'src/worker/install.ts',
        window: 'src/window/index.ts',
        http: 'src/http/index.ts',
        testing: 'src/testing/index.ts',
        workbox: 'src/workbox/index.ts',
      },
      formats: ['es'],
    },
    target: 'es2022',
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      external: /^(?:idb|superstruct|workbox-[a-z]+)(?:\/|$)/,
      output: { chunkFileNames: 'shared/[name]-[hash].js' },
    },
  },
};

const bundled = ['idb', 'superstruct', 'workbox-core'];

/** The full text of each bundled dependency's licence, under its name. */
function licences(): string {
  const files: Record<string, string> = { superstruct: 'License.md' };
  return bundled
    .map((name) => {
      const file = files[name] ?? 'LICENSE';
      const text = readFileSync(`node_modules/${name}/${file}`, 'utf8');
      return `${name}\n\n${text.trim()}\n`;
    })
    .join('\n----\n\n');
}

/**
 * The ready-made worker: one classic script without imports, so that copying
 * one file is the whole installation and no module worker support is needed.
 */
const worker: UserConfig = {
  // Without this Workbox's development half would stay in.
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [
    {
      name: 'licences',
      generateBundle() {
        this.emitFile({
          type: 'asset',
          fileName: 'worker.js.LICENSE.txt',
          source: licences(),
        });
      },
    },
  ],
  build: {
    lib: {
      entry: 'src/worker/worker.ts',
      formats: ['iife'],
      name: 'mendbox',
      fileName: () => 'worker.js',
    },
    emptyOutDir: false,
    target: 'es2022',
    minify: true,
    // 'hidden': a copied worker.js names no map that was not copied with it.
    sourcemap: 'hidden',
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        postBanner: `/*! mendbox, MIT. Contains ${bundled.join(', ')}; licences: worker.js.LICENSE.txt in the package */`,
      },
    },
  },
};

/** The page that breaks its own cache; also the fixture of the tests. */
const demo: UserConfig = {
  root: 'demo',
  plugins: [demoOrigin()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
};

export default defineConfig(({ mode }) => {
  switch (mode) {
    case 'lib':
      return lib;
    case 'worker':
      return worker;
    default:
      return demo;
  }
});
