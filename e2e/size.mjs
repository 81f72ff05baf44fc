/**
 * Prints the size of what a user ships, and fails the build above the budget:
 * each file is bundled with its dependencies, minified, and compressed with
 * brotli at its highest level.
 */
import { readFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';

const KiB = 1024;
/** The budget in bytes; without one the size is only printed. */
const files = [
  { file: 'dist/worker.js', budget: 27.7 * KiB, built: true },
  { file: 'dist/kill.js', budget: 0.5 * KiB, built: true },
  { file: 'dist/window.js', budget: 1.5 * KiB, built: true },
  { file: 'dist/problem.js', built: true },
  { file: 'dist/devtools.js', budget: 10 * KiB },
  { file: 'dist/index.js' },
  { file: 'dist/http.js' },
];

/** The minified code of one entry with everything it imports at once; what it imports when needed is left out. */
async function minified(entry) {
  const bundle = await build({
    configFile: false,
    logLevel: 'error',
    // Only for a server Vite adds nothing of its own around import().
    ssr: { noExternal: true },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      ssr: true,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        output: { format: 'es' },
      },
    },
  });
  const chunks = new Map(bundle.output.map((part) => [part.fileName, part]));
  const loaded = new Set(bundle.output.filter((part) => part.isEntry));
  for (const { imports } of loaded)
    for (const name of imports) loaded.add(chunks.get(name));
  return [...loaded].map((part) => part.code).join('');
}

for (const { file, budget, built } of files) {
  const code = built ? await readFile(file, 'utf8') : await minified(file);
  const size = brotliCompressSync(code).byteLength;
  const over = budget !== undefined && size > budget;
  const limit = budget === undefined ? '' : ` of ${(budget / KiB).toFixed(1)}`;
  console.log(
    `${file.padEnd(16)} ${(size / KiB).toFixed(2)}${limit} KiB brotli${over ? ': over its budget' : ''}`,
  );
  if (over) process.exitCode = 1;
}
