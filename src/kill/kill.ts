/**
 * The kill switch, built as dist/kill.js: served in the place of a worker that must go, it drops what mendbox stored,
 * unregisters itself and reloads its pages, which then go to the network.
 *
 * Caches with a name that does not begin with `mendbox` are named by the URL: /worker.js?name=api&name=pictures.
 */

import { bucketName } from '../store/bucket-name.js';

declare const self: ServiceWorkerGlobalScope;

/** Storage buckets (Chromium), the last resort of a broken store. */
export interface Buckets {
  keys(): Promise<string[]>;
  delete(name: string): Promise<void>;
}

/** How long a database may take to go, in milliseconds; the worker goes anyway. */
const PATIENCE_MS = 5_000;

const names = new URL(location.href).searchParams.getAll('name');

const isOurs = (name = ''): boolean =>
  name.startsWith('mendbox') || names.includes(name);

const isOurBucket = (bucket: string): boolean =>
  isOurs(bucket) || names.some((name) => bucketName(name) === bucket);

const dropped = (name = ''): Promise<unknown> =>
  new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    // Blocked: it goes when the last page that holds it does.
    for (const end of ['success', 'error', 'blocked'])
      request.addEventListener(end, resolve);
  });

/** The databases that go; Firefox before 126 cannot list them, nor can a store that is broken. */
async function databases(): Promise<(string | undefined)[]> {
  const known = ['mendbox', ...names];
  if (!('databases' in indexedDB)) return known;
  try {
    const all = await indexedDB.databases();
    return all.map(({ name }) => name).filter(isOurs);
  } catch {
    return known;
  }
}

async function dropAll(): Promise<void> {
  const ours = await databases();
  await Promise.all(ours.map(dropped));
  const { storageBuckets } = navigator as { storageBuckets?: Buckets };
  const buckets = (await storageBuckets?.keys()) ?? [];
  for (const name of buckets.filter(isOurBucket))
    await storageBuckets?.delete(name);
}

async function leave(): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([dropAll(), late]).catch(() => undefined);
  const pages = await self.clients.matchAll({ type: 'window' });
  await self.registration.unregister();
  await Promise.allSettled(pages.map((page) => page.navigate(page.url)));
}

self.addEventListener('install', (event) =>
  event.waitUntil(self.skipWaiting()),
);
self.addEventListener('activate', (event) => event.waitUntil(leave()));
