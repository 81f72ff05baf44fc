/**
 * The frames beside the page, each a scope with a worker of its own, which Vite bundles when it is asked for first:
 *
 *   /beside/      Workbox's CacheFirst          /flight/     a mendbox worker that records its requests
 *   /lifecycle/   an app's worker, in the release that the browser's cookie names
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { build } from 'vite';
import { VERSION } from '../../src/version.js';
import { RELEASE_COOKIE } from '../resources.js';

/** A scope with a worker. */
export type Scope = 'beside' | 'flight' | 'lifecycle';

/** The version that the `skew` release says it was built with. */
const OLD_VERSION = '0.0.9';

const bundles = new Map<string, Promise<string>>();

/** The worker as one classic script. */
async function bundle(file: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      minify: false,
      lib: { entry: file, formats: ['iife'], name: 'worker' },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  if (!first || !('output' in first)) throw new TypeError('nothing was built');
  return first.output[0].code;
}

function bundled(file: string): Promise<string> {
  const known = bundles.get(file) ?? bundle(file);
  bundles.set(file, known);
  return known;
}

const releaseOf = ({ headers }: IncomingMessage): string =>
  new RegExp(`${RELEASE_COOKIE}=(\\w+)`).exec(headers.cookie ?? '')?.[1] ?? '1';

/** The script of a scope's worker; `root` is the demo's folder. */
export async function workerOf(
  scope: Scope,
  request: IncomingMessage,
  root: string,
): Promise<string> {
  const script = (): Promise<string> =>
    bundled(path.resolve(root, `workers/${scope}.ts`));
  if (scope !== 'lifecycle') return script();
  const release = releaseOf(request);
  if (release === 'kill')
    return readFile(path.resolve(root, '../dist/kill.js'), 'utf8');
  const code = `self.RELEASE = '${release}';\n${await script()}`;
  return release === 'skew' ? code.replaceAll(VERSION, OLD_VERSION) : code;
}

/** The scope and what is asked of it: its worker, or the blank page of a hidden frame. */
export function scopeOf(
  pathname: string,
): { scope: Scope; asks: 'worker' | 'frame' } | undefined {
  const match =
    /^\/(?<scope>beside|flight|lifecycle)\/(?<file>worker\.js)?$/.exec(
      pathname,
    )?.groups;
  if (!match) return undefined;
  const scope = match['scope'] as Scope;
  if (match['file']) return { scope, asks: 'worker' };
  // The lifecycle frame is a page that Vite builds.
  return scope === 'lifecycle' ? undefined : { scope, asks: 'frame' };
}
