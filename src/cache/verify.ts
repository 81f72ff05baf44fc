/** verify(): checks the whole store, pair by pair, in small transactions, within a time budget. */
import { currentAge, freshnessLifetime } from '../http/index.js';
import type { Finding, VerifyOptions, VerifyReport } from '../report.js';
import { isBroken, readSlice } from '../store/body.js';
import { baseOf } from '../store/memory.js';
import type { Broken, Entry } from '../store/records.js';
import type { Core } from './core.js';
import { urlOfKey } from './key.js';

const BATCH = 32;

interface Tally {
  checked: number;
  bytes: number;
  expired: number;
  readonly broken: Finding[];
}

/** Checks the store; `refetch` fetches and stores a URL. */
export async function verifyStore(
  core: Core,
  options: VerifyOptions,
  refetch: (url: string) => Promise<void>,
): Promise<VerifyReport> {
  const tally: Tally = { checked: 0, bytes: 0, expired: 0, broken: [] };
  const until = performance.now() + (options.budgetMs ?? Infinity);
  let after = options.from;
  for (;;) {
    const keys = await core.store.allKeys(after, BATCH);
    if (!keys) return { ...tally, readable: false };
    for (const key of keys) {
      if (performance.now() > until)
        return { ...tally, readable: true, ...(after ? { next: after } : {}) };
      await verifyOne(core, key, tally, options, refetch);
      after = key;
    }
    if (keys.length < BATCH) break;
  }
  return { ...tally, readable: true, ...(await driftOf(core, options)) };
}

async function driftOf(
  core: Core,
  { from }: VerifyOptions,
): Promise<Pick<VerifyReport, 'drift'>> {
  if (from !== undefined) return {};
  const drift = await core.store.recount();
  return drift ? { drift } : {};
}

async function verifyOne(
  core: Core,
  key: string,
  tally: Tally,
  { repair }: VerifyOptions,
  refetch: (url: string) => Promise<void>,
): Promise<void> {
  tally.checked++;
  const found = await core.store.find(baseOf(key), (policies) =>
    policies.find(({ record }) => record.key === key),
  );
  if (found.is === 'entry') {
    const bad = await verifyBody(core, found.entry, tally);
    if (!bad) return;
    return note(core, bad, tally, repair, refetch);
  }
  if (found.is === 'broken') return note(core, found, tally, repair, refetch);
}

async function verifyBody(
  core: Core,
  entry: Entry,
  tally: Tally,
): Promise<Broken | undefined> {
  const { body, record } = entry;
  if (body.is === 'blob')
    for (let slice = 0; slice * record.slice < record.length; slice++) {
      const { storageTimeoutMs } = core.settings;
      const bytes = await readSlice(record, body.blob, slice, storageTimeoutMs);
      if (isBroken(bytes)) return bytes;
    }
  tally.bytes += record.length;
  const now = core.settings.now();
  if (currentAge(entry, now) >= freshnessLifetime(entry)) tally.expired++;
  return undefined;
}

async function note(
  core: Core,
  bad: Broken,
  tally: Tally,
  repair: VerifyOptions['repair'],
  refetch: (url: string) => Promise<void>,
): Promise<void> {
  const url = urlOfKey(bad.key);
  let repaired: Finding['repaired'] = 'no';
  if (repair && (await core.drop(bad))) repaired = 'dropped';
  if (repair === 'refetch')
    await refetch(url).then(
      () => (repaired = 'refetched'),
      () => undefined,
    );
  const { fault, path } = bad;
  tally.broken.push({
    url,
    fault,
    ...(path === undefined ? {} : { path }),
    repaired,
  });
}
