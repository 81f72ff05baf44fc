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

/** The comment that a file which is copied elsewhere carries of what it contains. */
const saying =
  (fileName: string) =>
  (chunk: { moduleIds: string[] }): string => {
    const names = packagesIn(chunk).join(', ');
    return names === ''
      ? ''
      : `/*! mendbox, MIT. Contains ${names}; licences: ${fileName} in the package */`;
  };

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
 * What a bundler takes, as ES modules: dependencies stay imports, so that an app's own copies of idb and Workbox are shared
 * with ours.
 */
const lib: UserConfig = {
  build: {
    lib: {
      entry: {
        index: 'src/index.ts',
        install: 'src/worker/install.ts',
        http: 'src/http/index.ts',
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
      external: /^(?:node:|(?:vite|idb|superstruct|workbox-[a-z]+)(?:\/|$))/,
      output: {
        chunkFileNames: 'shared/[name]-[hash].js',
        // The package has the sources: the maps need not carry them once more.
        sourcemapExcludeSources: true,
      },
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
      if (part.type !== 'chunk') continue;
      const { code = part.code } = await minify(part.code, {
        ecma: 2022,
        toplevel: true,
        // No getter of ours, or of what we read, does anything but get.
        compress: { passes: 3, hoist_funs: true, pure_getters: true },
        // One character outside Latin-1 makes V8 keep the whole script in two bytes a character.
        format: { comments: 'some', ascii_only: true },
      });
      part.code = code;
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
    reportCompressedSize: false,
    rolldownOptions: {
      ...quiet,
      // Leaves idb's shortcuts and iterators out, which src does not use: they are all that it extends itself by.
      treeshake: { manualPureFunctions: ['replaceTraps'] },
      output: {
        postBanner: saying('worker.js.LICENSE.txt'),
      },
    },
  },
};

/** A page's modules with all that they need, so that a site without a bundler copies the files as they are. */
const forPages = (
  entry: Readonly<Record<string, string>>,
  licenceFile: string,
  ...plugins: Plugin[]
): UserConfig => ({
  plugins: [smaller, licences(licenceFile), ...plugins],
  build: {
    lib: { entry, formats: ['es'] },
    emptyOutDir: false,
    target: 'es2022',
    minify: true,
    reportCompressedSize: false,
    rolldownOptions: {
      ...quiet,
      output: { chunkFileNames: '[name].js', postBanner: saying(licenceFile) },
    },
  },
});

/** The page's side, which imports nothing; what it loads when something is wrong; and what breaks things. */
const page = forPages(
  {
    window: 'src/window/index.ts',
    problem: 'src/window/problem.ts',
    testing: 'src/testing/index.ts',
  },
  'testing.js.LICENSE.txt',
);

/** Leaves the other entries that the panel imports to their own files, which lie beside it. */
const beside: Plugin = {
  name: 'beside',
  enforce: 'pre',
  resolveId(id) {
    const [, name] = /^\.\.\/(window|testing)\/index\.js$/.exec(id) ?? [];
    return name === undefined
      ? undefined
      : { id: `./${name}.js`, external: true };
  },
};

/** The panel; its chart library is a file of its own. */
const panel = forPages(
  { devtools: 'src/devtools/index.ts' },
  'devtools.js.LICENSE.txt',
  beside,
);

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
    case 'page':
      return page;
    case 'panel':
      return panel;
    case 'worker':
      return worker;
    case 'kill':
      return kill;
    default:
      return demo;
  }
});
