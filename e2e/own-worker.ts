import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import type { App } from './fixtures.js';

const source = (path: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../src/${path}`, import.meta.url)));

type Change = (code: string) => string;

/**
 * A worker of one's own: this script, with install() and HealingCache in scope, bundled as an app would, from sources that
 * may be changed.
 */
export const bundled = (script: string, change?: Change): Promise<string> =>
  bundle(
    `import { install } from ${source('worker/install.ts')};
    import { HealingCache } from ${source('index.ts')};
    ${script}`,
    change,
  );

/** A script for a page that makes the exports of an entry, mendbox's own unless given, a global of this name. */
export const bundledGlobal = (
  name: string,
  entry = 'index.ts',
): Promise<string> =>
  bundle(`import * as mendbox from ${source(entry)};
    Object.assign(self, { ${name}: mendbox });`);

async function bundle(
  code: string,
  transform: Change = (same) => same,
): Promise<string> {
  // May be TypeScript.
  const name = 'own.ts';
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'own',
        resolveId: (id) => (id === name ? `\0${name}` : undefined),
        load: (id) => (id === `\0${name}` ? code : undefined),
        transform: (each) => transform(each),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: { input: name, output: { format: 'iife' } },
    },
  });
  const { output } = built as Rolldown.RolldownOutput;
  return output[0].code;
}

/** Opens the origin's page under a worker whose script is this, with install() in scope. */
export async function startOwn(app: App, script: string): Promise<void> {
  const headers = { 'content-type': 'text/javascript' };
  app.origin.answer('/own.js', { headers, body: await bundled(script) });
  await app.page.goto(`${app.origin.url}/`);
  await app.page.evaluate(() => window.bench.control('/own.js'));
}
