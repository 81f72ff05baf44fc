/** Builds the contenders' workers, minified, as an app would ship them. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const at = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Takes the place of the records in what looks up, for the contender that checks nothing. */
const unchecked = {
  name: 'unchecked',
  enforce: 'pre',
  resolveId: (id, importer) =>
    id === './records.js' && importer?.endsWith('/store/lookup.ts')
      ? at('unchecked.js')
      : undefined,
};

/** One worker as a classic script. */
export async function bundle(name, isChecked) {
  const { output } = await build({
    configFile: false,
    logLevel: 'error',
    plugins: isChecked ? [] : [unchecked],
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: { alias: { mendbox: at('../../src/index.ts') } },
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      rolldownOptions: {
        input: at(`workers/${name}.js`),
        output: { format: 'iife' },
      },
    },
  });
  return output[0].code;
}
