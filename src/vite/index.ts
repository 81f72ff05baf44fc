/**
 * mendbox/vite: the worker of a Vite app, the ready-made one or its own, served by the development server and emitted by
 * the build.
 *
 *   import { mendbox } from 'mendbox/vite';
 *   export default defineConfig({ plugins: [mendbox()] });
 *
 * The plugin names only what it needs of Vite, so its types ask for no version of Vite. Nothing of it is imported but the
 * function that bundles, and that only for a worker of the app's own.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { wrongIn, type Takes } from '../given.js';

/** Which file is served, and as what. */
export interface MendboxPluginOptions {
  /** The file's path below Vite's `base`. Default `worker.js`, which is where `register()` looks when `base` is `/`. */
  readonly fileName?: string;
  /**
   * A worker of the app's own, such as `src/sw.ts`, below Vite's `root`. It is bundled into one classic script, which every
   * engine registers; the app's aliases, `define` and environment hold in it, its plugins do not. Default: the ready-made
   * worker.
   */
  readonly worker?: string;
  /**
   * Serves the kill switch in the worker's place: it drops what mendbox stored and unregisters the worker. Default
   * false.
   */
  readonly kill?: boolean;
}

/** What the plugin needs of a request to Vite's development server. */
interface DevRequest {
  readonly url?: string | undefined;
}

/** What the plugin needs of a response of Vite's development server. */
interface DevResponse {
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

type Next = (error?: unknown) => void;
type Handler = (request: DevRequest, response: DevResponse, next: Next) => void;

/** What the plugin needs of Vite's settings. */
interface Config {
  readonly base: string;
  readonly root: string;
  readonly mode: string;
  readonly isProduction: boolean;
  readonly define?: Readonly<Record<string, unknown>> | undefined;
  readonly resolve: { readonly alias: unknown };
  readonly build: { readonly target: unknown };
}

/** What the plugin needs of Vite's development server. */
interface DevServer {
  readonly config: { readonly base: string };
  readonly middlewares: { use(handler: Handler): unknown };
}

/** What the plugin needs of one run of the bundler. */
interface Bundling {
  emitFile(file: { type: 'asset'; fileName: string; source: string }): string;
}

/** A plugin of Vite 5 or newer, by shape. */
export interface MendboxPlugin {
  readonly name: 'mendbox';
  applyToEnvironment(environment: {
    readonly config: { readonly consumer: string };
  }): boolean;
  configResolved(config: Config): void;
  configureServer(server: DevServer): void;
  generateBundle(this: Bundling): Promise<void>;
}

const require = createRequire(import.meta.url);

/**
 * Bundles a worker of the app's own; rejects with what Vite says of it, and where there is no such file with its path
 * instead.
 */
async function bundled(entry: string, config: Config): Promise<string> {
  try {
    return await built(entry, config);
  } catch (error) {
    const { root } = config;
    // What Rollup (Vite 5 to 7) and Rolldown (Vite 8) say of an entry that is not there.
    if (!/resolve entry module/.test(String(error))) throw error;
    throw new Error(
      `mendbox: there is no file ${resolve(root, entry)}. The plugin's option { worker } names it below Vite's root, ${root}`,
      { cause: error },
    );
  }
}

/** One classic script of the file and what it imports. */
async function built(entry: string, config: Config): Promise<string> {
  const { build } = await import('vite');
  const { root, mode, define, isProduction } = config;
  const environment = isProduction ? 'production' : 'development';
  const output = await build({
    root,
    mode,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    // A library's build leaves it as it is, and no browser has it.
    define: { 'process.env.NODE_ENV': JSON.stringify(environment), ...define },
    resolve: { alias: config.resolve.alias as [] },
    build: {
      target: config.build.target as string[],
      write: false,
      minify: isProduction,
      lib: { entry, formats: ['iife'], name: 'worker' },
    },
  });
  const parts = [output]
    .flat()
    .flatMap((each) => Object(each).output as Part[]);
  const script = parts.find(({ type }) => type === 'chunk');
  return script?.code ?? '';
}

/** What the plugin needs of what Vite has built. */
interface Part {
  readonly type: string;
  readonly code?: string;
}

const OPTIONS: Takes<MendboxPluginOptions> = [
  'fileName: string',
  'worker: string',
  'kill: boolean',
];

/**
 * Makes the plugin. Throws a TypeError for a wrong option, and for a file name that is absolute or leaves the app's
 * folder; what is wrong with the worker's own file the build, or the development server in the browser, then shows.
 */
export function mendbox(options: MendboxPluginOptions = {}): MendboxPlugin {
  const wrong = wrongIn('mendbox()', options, OPTIONS);
  if (wrong) throw new TypeError(`mendbox: ${wrong}`);
  const { fileName = 'worker.js', worker, kill = false } = options;
  if (!/^[^/\\]/.test(fileName) || fileName.split('/').includes('..'))
    throw new TypeError(
      `mendbox: fileName takes a path below Vite's base, such as "worker.js", not "${fileName}"`,
    );
  const script = require.resolve(
    kill ? 'mendbox/kill.js' : 'mendbox/worker.js',
  );
  let settings: Config | undefined;
  const read = (): Promise<string> =>
    worker === undefined || kill || !settings
      ? readFile(script, 'utf8')
      : bundled(worker, settings);
  return {
    name: 'mendbox',
    configResolved(config) {
      settings = config;
    },
    // What is rendered on a server registers no worker.
    applyToEnvironment: ({ config }) => config.consumer === 'client',
    configureServer({ config, middlewares }) {
      const path = config.base + fileName;
      middlewares.use((request, response, next) => {
        const [asked] = (request.url ?? '').split('?');
        if (asked !== path) return next();
        read().then((code) => {
          response.setHeader('Content-Type', 'text/javascript');
          response.setHeader('Cache-Control', 'no-cache');
          response.end(code);
        }, next);
      });
    },
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName, source: await read() });
    },
  };
}
