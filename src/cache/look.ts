/** Lookups: among what is stored of a request's URL, and of the URLs that are equivalent to it. */
import { reuse, type Reuse } from '../http/index.js';
import type { Entry, Policy } from '../store/records.js';
import type { Core } from './core.js';
import { inMode, young } from './mode.js';
import { isBeginning } from './partial.js';
import { isEquivalent } from './search.js';
import type { Step, Visit } from './visit.js';

/** Nobody may ask the origin, and nothing stored may answer. */
export type LocalOnly = Extract<Reuse<Policy>, { is: 'only-if-cached' }>;

/** Reasons for which nothing is looked up. */
const NOT_READ = new Set(['bypass', 'request']);

/** Whether a request that misses for this reason could have been answered from the store. */
export const isRead = (why: string): boolean => !NOT_READ.has(why);

/** Finds what is stored for a request, and says what comes of it. */
export async function look(
  core: Core,
  visit: Visit,
): Promise<Step | LocalOnly> {
  const own = await lookAt(core, visit, visit.base);
  if (!isNothing(own)) return own;
  for (const base of await core.search.equivalents(visit.base)) {
    const step = await lookAt(core, visit, base);
    if (!isNothing(step)) return step;
  }
  return own;
}

async function lookAt(
  core: Core,
  visit: Visit,
  base: string,
): Promise<Step | LocalOnly> {
  const { request } = visit;
  const isOwn = base === visit.base;
  const decide = <T extends Policy>(policies: readonly T[]): Reuse<T> =>
    decideAmong(
      core,
      visit,
      isOwn
        ? policies
        : policies.filter((policy) => isEquivalent(policy, visit.base)),
    );
  const busy = core.settled(base) ?? core.ahead.reading(base);
  if (busy) await busy;
  const held = decide(core.memory.entries(base));
  if ('stored' in held) return stepOf(held, held.stored);
  if (held.is === 'miss' && !isRead(held.why)) return held;
  if (core.owes(base)) return without(held);
  let choice: Reuse<Policy> = held;
  const found = await core.store.find(base, (policies) => {
    choice = decide(policies);
    if ('stored' in choice) return choice.stored;
    return isOwn
      ? policies.find((policy) => isBeginning(policy, request))
      : undefined;
  });
  switch (found.is) {
    case 'entry':
      return stepOf(choice, found.entry);
    case 'none':
      return without(choice);
    case 'broken':
    case 'store-fault':
      return found;
  }
}

function decideAmong<T extends Policy>(
  { settings }: Core,
  { view }: Visit,
  policies: readonly T[],
): Reuse<T> {
  const now = settings.now();
  return inMode(settings.mode, reuse(view, young(policies, settings), now));
}

/** Whether a lookup has found nothing although it looked. */
const isNothing = (step: Step | LocalOnly): boolean =>
  step.is === 'only-if-cached' ||
  (step.is === 'miss' && !step.beginning && isRead(step.why));

/** What comes of a decision when nothing is stored. */
const without = (decided: Reuse<Policy>): Step | LocalOnly =>
  decided.is === 'only-if-cached' ? decided : stepOf(decided, undefined);

function stepOf(decided: Reuse<Policy>, entry: Entry | undefined): Step {
  if (decided.is === 'miss')
    return entry ? { ...decided, beginning: entry } : decided;
  if (decided.is === 'only-if-cached' || !entry)
    return { is: 'miss', why: 'miss' };
  const { ttl } = decided;
  switch (decided.is) {
    case 'fresh':
      return { is: 'fresh', entry, ttl, behind: false };
    case 'stale-while-revalidate':
      return { is: 'fresh', entry, ttl, behind: true };
    case 'validate':
      return { is: 'stale', entry, ttl, why: decided.why };
  }
}
