/**
 * Prints what each part of the ready-made worker costs, in bytes of brotli: `node e2e/parts.mjs`.
 *
 * The worker is built as it ships, but with modules left out: what they export is then empty functions and classes, and
 * what only leads to these goes too. Such a worker is weighed, not run. `sum` is the size with this part and all above it;
 * `alone` is what the whole worker would lose without this part and no other.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';

const source = fileURLToPath(new URL('../src/', import.meta.url));
const worker = `${source}worker/worker.ts`;

/** Entries of their own, for what the worker does not have as one. */
const entries = {
  libraries: `
    export { deleteDB, openDB, unwrap } from 'idb';
    export { define, type, validate } from 'superstruct';`,
  engine: `
    export * from 'libraries';
    export * from '${source}http/index.ts';`,
  store: `
    export * from 'engine';
    export * from '${source}store/store.ts';
    export * from '${source}store/memory.ts';
    export * from '${source}store/body.ts';
    export * from '${source}store/seal.ts';`,
  cache: `export * from '${source}cache/cache.ts';`,
};

/** Each on top of those above it: what it is, where to enter, and the modules that are left out until then. */
const parts = [
  { part: 'idb and superstruct, as far as they are used', entry: 'libraries' },
  {
    part: 'the policy engine: RFC 9111 and what belongs to it',
    entry: 'engine',
  },
  {
    part: 'the store: records, digests, database, memory tier',
    entry: 'store',
  },
  { part: 'the cache: the story, the rule, the network', entry: 'cache' },
  {
    part: 'large bodies: verified and healed in mid-stream',
    entry: 'cache',
    modules: ['cache/splice', 'store/source'],
  },
  {
    part: 'partial responses: stored, combined, completed',
    entry: 'cache',
    modules: ['cache/partial'],
  },
  {
    part: 'declared digests: Repr-Digest, Content-Digest, SRI',
    entry: 'cache',
    modules: ['cache/integrity'],
  },
  {
    part: 'No-Vary-Search',
    entry: 'cache',
    modules: ['cache/search', 'http/no-vary-search'],
  },
  { part: 'Cache-Groups', entry: 'cache', modules: ['http/groups'] },
  { part: 'the idle probe', entry: 'cache', modules: ['cache/probe'] },
  { part: 'read-ahead', entry: 'cache', modules: ['cache/ahead'] },
  {
    part: 'other workers and pages over one store',
    entry: 'cache',
    modules: ['cache/peers'],
  },
  { part: 'deploy skew', entry: 'cache', modules: ['cache/skew'] },
  {
    part: 'upkeep: match, put, purge, warm, verify, stats',
    entry: 'cache',
    modules: ['cache/upkeep', 'cache/verify'],
  },
  {
    part: 'the worker: its events, and the protocol with the page',
    entry: worker,
    modules: [],
  },
];

/** A module's exports, made empty. */
async function hollow(id) {
  const code = await readFile(id, 'utf8');
  const found = code.matchAll(
    /^export (?:abstract |async )*(class|function\*?|const) (\w+)/gm,
  );
  return Array.from(found, ([, kind, name]) =>
    kind === 'class'
      ? `export class ${name} {}`
      : `export const ${name} = () => undefined;`,
  ).join('\n');
}

const hollowing = (left) => ({
  name: 'parts',
  enforce: 'pre',
  resolveId(id) {
    const name = id.slice(id.lastIndexOf('/') + 1);
    return Object.hasOwn(entries, name) ? `\0${name}` : undefined;
  },
  load(id) {
    if (id.startsWith('\0') && Object.hasOwn(entries, id.slice(1)))
      return entries[id.slice(1)];
    return left.some((module) => id === `${source}${module}.ts`)
      ? hollow(id)
      : undefined;
  },
});

/** The brotli size of what an entry brings in without some modules. */
async function weigh(entry, left) {
  const [{ output }] = await build({
    mode: 'worker',
    logLevel: 'error',
    plugins: [hollowing(left)],
    build: { write: false, lib: { entry } },
  });
  return brotliCompressSync(output[0].code).byteLength;
}

const whole = await weigh(worker, []);
console.log('   sum   cost  alone');
let before = 0;
for (const [at, { part, entry, modules }] of parts.entries()) {
  const later = parts.slice(at + 1).flatMap((next) => next.modules ?? []);
  const sum = await weigh(entry, later);
  const alone = modules?.length ? whole - (await weigh(worker, modules)) : '';
  console.log(
    [sum, sum - before, alone].map((n) => String(n).padStart(6)).join(' '),
    ` ${part}`,
  );
  before = sum;
}
