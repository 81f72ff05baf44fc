/**
 * mendbox/vite: the ready-made worker in a Vite app, served by the development server and emitted by the build.
 *
 *   import { mendbox } from 'mendbox/vite';
 *   export default defineConfig({ plugins: [mendbox()] });
 *
 * The plugin names only what it needs of Vite, so its types ask for no version of Vite, and nothing of it is imported.
 */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

/** Which file is served, and as what. */
export interface MendboxPluginOptions {
  /** The file's path below Vite's `base`. Default `worker.js`, which is where `register()` looks when `base` is `/`. */
  readonly fileName?: string;
  /** Serves the kill switch in the worker's place: it drops what mendbox stored and unregisters the worker. Default false. */
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
  configureServer(server: DevServer): void;
  generateBundle(this: Bundling): Promise<void>;
}

const require = createRequire(import.meta.url);

/**
 * Makes the plugin. Throws a TypeError for a file name that is absolute or leaves the app's folder; reading the file may
 * reject with Node's own error, which the build or the browser then shows.
 */
export function mendbox({
  fileName = 'worker.js',
  kill = false,
}: MendboxPluginOptions = {}): MendboxPlugin {
  if (!/^[^/\\]/.test(fileName) || fileName.split('/').includes('..'))
    throw new TypeError(
      `mendbox: fileName takes a path below Vite's base, such as "worker.js", not "${fileName}"`,
    );
  const script = require.resolve(
    kill ? 'mendbox/kill.js' : 'mendbox/worker.js',
  );
  const read = (): Promise<string> => readFile(script, 'utf8');
  return {
    name: 'mendbox',
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
