/** verify(): checks the whole store, pair by pair, in small transactions, within a time budget. */
import { currentAge, freshnessLifetime } from '../http/index.js';
import { IS_READY_MADE } from '../ready-made.js';
import type { Finding, VerifyOptions, VerifyReport } from '../report.js';
import { isBroken, Slices } from '../store/body.js';
import type { Broken, Entry } from '../store/records.js';
import { sliceAt } from '../store/slices.js';
import { checkVerify } from './check.js';
import type { Core } from './core.js';
import { urlOfKey } from './key.js';

/** Keys read at a time. */
const BATCH = 32;

/** The report so far. */
interface Tally {
  checked: number;
  bytes: number;
  expired: number;
  readonly broken: Finding[];
}

/** Checks the store; `refetch` fetches a URL, and resolves to whether it is stored. */
export async function verifyStore(
  core: Core,
  options: VerifyOptions,
  refetch: (url: string) => Promise<boolean>,
): Promise<VerifyReport> {
  if (!IS_READY_MADE) checkVerify(options);
  const tally: Tally = { checked: 0, bytes: 0, expired: 0, broken: [] };
  const until = performance.now() + (options.budgetMs ?? Infinity);
  let next = options.from;
  let keys: string[] | undefined;
  do {
    keys = await core.store.keys(next, BATCH);
    if (!keys) return { ...tally, readable: false, next };
    for (const key of keys) {
      const isRead = await verifyOne(core, key, tally, options, refetch);
      if (!isRead) return { ...tally, readable: false, next };
      next = key;
      // After a pair, not before: however small the budget, the walk goes on.
      if (performance.now() > until) return { ...tally, readable: true, next };
    }
  } while (keys.length === BATCH);
  // The walk is at its end, in however many parts.
  const drift = await core.store.recount();
  return { ...tally, readable: true, drift };
}

/** Checks one pair; false when the store cannot be used any more. */
async function verifyOne(
  core: Core,
  key: string,
  tally: Tally,
  { repair }: VerifyOptions,
  refetch: (url: string) => Promise<boolean>,
): Promise<boolean> {
  const found = await core.store.findKey(key);
  if (found.is === 'store-fault') return false;
  tally.checked++;
  const bad =
    found.is === 'entry' ? await verifyBody(core, found.entry, tally) : found;
  if (bad?.is === 'broken') await settle(core, bad, tally, repair, refetch);
  return true;
}

async function verifyBody(
  core: Core,
  entry: Entry,
  tally: Tally,
): Promise<Broken | undefined> {
  const { body, record } = entry;
  if (body.is === 'blob') {
    const { storageTimeoutMs } = core.settings;
    const slices = new Slices(record, body.blob, storageTimeoutMs);
    const last = sliceAt(record.length - 1, record.slice);
    for (let slice = 0; slice <= last; slice++) {
      const bytes = await slices.read(slice);
      if (isBroken(bytes)) return bytes;
    }
  }
  tally.bytes += record.length;
  const now = core.settings.now();
  if (currentAge(entry, now) >= freshnessLifetime(entry)) tally.expired++;
  return undefined;
}

/** Does about a broken pair what was asked for, and reports it. */
async function settle(
  core: Core,
  bad: Broken,
  tally: Tally,
  repair: VerifyOptions['repair'],
  refetch: (url: string) => Promise<boolean>,
): Promise<void> {
  const url = urlOfKey(bad.key);
  const foundAt = performance.now();
  let repaired: Finding['repaired'] = 'no';
  if (repair && (await core.drop(bad))) {
    repaired = 'dropped';
    core.tell(bad, foundAt, { url, phase: 'verify', outcome: repaired });
  }
  if (repair === 'refetch' && (await refetch(url).catch(() => false)))
    repaired = 'refetched';
  const { fault, path } = bad;
  tally.broken.push({ url, fault, path, repaired });
}
