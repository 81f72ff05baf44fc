/** Lookups: among what is stored of a request's URL, and of the URLs that are equivalent to it. */
import type { Reuse } from '../http/index.js';
import type { Entry, Policy } from '../store/records.js';
import type { Core } from './core.js';
import { decide } from './mode.js';
import { isBeginning } from './partial.js';
import { isEquivalent } from './search.js';
import type { Step, Visit } from './visit.js';

/** Reasons for which nothing is looked up. */
const NOT_LOOKED_UP = new Set(['bypass', 'request']);

/** Whether a request that misses for this reason could have been answered from the store. */
export const isLookedUp = (why: string): boolean => !NOT_LOOKED_UP.has(why);

/** Finds what is stored for a request, and says what comes of it. */
export async function look(core: Core, visit: Visit): Promise<Step> {
  const own = await lookAt(core, visit, visit.base);
  if (!isNothing(own)) return own;
  for (const base of await core.search.equivalents(visit.base)) {
    const step = await lookAt(core, visit, base);
    if (!isNothing(step)) return step;
  }
  return own;
}

async function lookAt(core: Core, visit: Visit, base: string): Promise<Step> {
  const { request } = visit;
  const isOwn = base === visit.base;
  const among = <T extends Policy>(policies: readonly T[]): Reuse<T> =>
    decide(
      core.settings,
      visit.view,
      isOwn
        ? policies
        : policies.filter((policy) => isEquivalent(policy, visit.base)),
    );
  const busy = core.settled(base) ?? core.ahead.reading(base);
  if (busy) await busy;
  const isOwed = core.drops.owes(base);
  const held = among(isOwed ? [] : core.memory.entries(base));
  if ('stored' in held) return held;
  if (held.is === 'miss' && !isLookedUp(held.why)) return held;
  if (isOwed) return held;
  let choice: Reuse<Policy> = held;
  const found = await core.store.find(base, (policies) => {
    choice = among(policies);
    if ('stored' in choice) return choice.stored;
    return isOwn
      ? policies.find((policy) => isBeginning(policy, request))
      : undefined;
  });
  switch (found.is) {
    case 'entry':
      return withEntry(choice, found.entry);
    case 'none':
      return withEntry(choice, undefined);
    case 'broken':
    case 'store-fault':
      return found;
  }
}

/** Whether a lookup has found nothing although it looked. */
const isNothing = (step: Step): boolean =>
  step.is === 'only-if-cached' ||
  (step.is === 'miss' && !step.beginning && isLookedUp(step.why));

/** A decision with the entry of the policy that it chose. */
function withEntry(decided: Reuse<Policy>, entry: Entry | undefined): Step {
  if ('stored' in decided)
    return entry ? { ...decided, stored: entry } : { is: 'miss', why: 'miss' };
  return entry && decided.is === 'miss'
    ? { ...decided, beginning: entry }
    : decided;
}
