import { readdirSync, readFileSync } from 'node:fs';
import { minify } from 'terser';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { demoOrigin } from './demo/origin/plugin.js';

/** The packages that a chunk contains, from the modules that ended up in it. */
function packagesIn({ moduleIds }: { moduleIds: string[] }): string[] {
  const names = moduleIds.map(
    (id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1],
  );
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}

/** The full text of a bundled package's licence, under its name. */
function licence(name: string): string {
  const folder = `node_modules/${name}`;
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return `${name}\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
}

/** Puts the licences of everything that is bundled into one file beside it. */
function licences(fileName: string): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter(
        (part) => part.type === 'chunk',
      );
      const names = new Set(chunks.flatMap(packagesIn));
      const source = [...names].map(licence).join('\n----\n\n');
      this.emitFile({ type: 'asset', fileName, source });
    },
  };
}

/**
 * The package as ES modules: dependencies stay imports, so that an app's own
 * copies of idb and Workbox are shared with ours. Only the panel's chart library
 * is bundled, as a file of its own: an app that has the panel installs nothing
 * for it, and an app that has not never loads it.
 */
const lib: UserConfig = {
  plugins: [licences('devtools.js.LICENSE.txt')],
  build: {
    lib: {
      entry: {
        index: 'src/index.ts',
        install: 'src/worker/install.ts',
        http: 'src/http/index.ts',
        testing: 'src/testing/index.ts',
        devtools: 'src/devtools/index.ts',
        workbox: 'src/workbox/index.ts',
        vite: 'src/vite/index.ts',
      },
      formats: ['es'],
    },
    target: 'es2022',
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      external: /^(?:node:|(?:idb|superstruct|workbox-[a-z]+)(?:\/|$))/,
      output: { chunkFileNames: 'shared/[name]-[hash].js' },
    },
  },
};

/** That a plugin of ours, such as terser, takes most of a build's second is no news. */
const quiet = { checks: { bundlerTimings: false } };

/** Minifies once more: terser inlines what is called once, which makes the worker two in a hundred smaller. */
const smaller: Plugin = {
  name: 'smaller',
  async generateBundle(_options, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type !== 'chunk' || !part.map) continue;
      const { code = part.code, map } = await minify(part.code, {
        ecma: 2022,
        toplevel: true,
        compress: { passes: 3, hoist_funs: true },
        format: { comments: 'some' },
        sourceMap: { content: part.map.toString(), includeSources: true },
      });
      part.code = code;
      const file = bundle[`${part.fileName}.map`];
      if (file?.type === 'asset' && typeof map === 'string') file.source = map;
    }
  },
};

/**
 * The ready-made worker: one classic script without imports, so that copying
 * one file is the whole installation and no module worker support is needed.
 */
const worker: UserConfig = {
  // Without the first Workbox's development half would stay in; for the other see src/ready-made.ts.
  define: { 'process.env.NODE_ENV': '"production"', READY_MADE: 'true' },
  plugins: [smaller, licences('worker.js.LICENSE.txt')],
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
      ...quiet,
      // Leaves idb's shortcuts and iterators out, which src does not use: they are all that it extends itself by.
      treeshake: { manualPureFunctions: ['replaceTraps'] },
      output: {
        postBanner: (chunk) =>
          `/*! mendbox, MIT. Contains ${packagesIn(chunk).join(', ')}; licences: worker.js.LICENSE.txt in the package */`,
      },
    },
  },
};

/**
 * The page's side: a module that imports nothing, and the one that it loads when something is wrong, so that a site without
 * a bundler copies the files as they are.
 */
const window: UserConfig = {
  plugins: [smaller],
  build: {
    lib: {
      entry: {
        window: 'src/window/index.ts',
        problem: 'src/window/problem.ts',
      },
      formats: ['es'],
    },
    emptyOutDir: false,
    target: 'es2022',
    minify: true,
    sourcemap: 'hidden',
    reportCompressedSize: false,
    rolldownOptions: quiet,
  },
};

/** The kill switch: a classic script, too. */
const kill: UserConfig = {
  build: {
    lib: {
      entry: 'src/kill/kill.ts',
      formats: ['iife'],
      name: 'kill',
      fileName: () => 'kill.js',
    },
    emptyOutDir: false,
    target: 'es2022',
    minify: true,
    reportCompressedSize: false,
  },
};

/** The page that breaks its own cache; also the fixture of the tests. */
const demo: UserConfig = {
  root: 'demo',
  plugins: [demoOrigin()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      ...quiet,
      input: ['demo/index.html', 'demo/lifecycle/index.html'],
    },
  },
};

export default defineConfig(({ mode }) => {
  switch (mode) {
    case 'lib':
      return lib;
    case 'window':
      return window;
    case 'worker':
      return worker;
    case 'kill':
      return kill;
    default:
      return demo;
  }
});
