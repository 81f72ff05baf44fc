/** Asks the origin whether a stored response is still right (RFC 9111 section 4.3). */
import {
  conditionalHeaders,
  errorAnswer,
  headUpdate,
  selects,
  validation,
} from '../http/index.js';
import { IS_READY_MADE } from '../ready-made.js';
import { isBroken } from '../store/body.js';
import { withDeadline } from '../store/deadline.js';
import { unusable, type Entry } from '../store/records.js';
import { gatewayTimeout } from './answer.js';
import type { Core } from './core.js';
import type { Flight } from './flight.js';
import type { Arrival } from './forward.js';
import { freshened } from './freshen.js';
import { hooksBehind } from './hooks.js';
import { mayHide, mayStandIn } from './mode.js';
import { receive } from './receive.js';
import { answerFrom, verifiedEntry } from './serve.js';
import { done, forwarding, type Step, type Visit } from './visit.js';

/** Asks the origin; a response that may stand in answers when that takes longer than `networkTimeoutSeconds`. */
export async function validate(
  core: Core,
  visit: Visit,
  { stored, why }: { stored: Entry; why: 'stale' | 'request' },
): Promise<Step> {
  // The payload is verified first: a broken one costs one round trip then, not two.
  const verified = await verifiedEntry(core, stored);
  if (isBroken(verified)) return verified;
  const { entry } = verified;
  if (await core.join(visit, why)) return { is: 'lookup' };
  visit.status = forwarding(visit, why);
  const flight = core.flights.begin(visit.base);
  const { networkTimeoutSeconds } = core.settings;
  return !IS_READY_MADE &&
    networkTimeoutSeconds !== undefined &&
    mayStandIn(core.settings, visit.request, entry)
    ? askInTime(core, visit, entry, flight, networkTimeoutSeconds * 1_000)
    : ask(core, visit, entry, flight);
}

async function ask(
  core: Core,
  visit: Visit,
  entry: Entry,
  flight: Flight,
): Promise<Step> {
  try {
    const validators = conditionalHeaders(entry, isSelected(visit, entry));
    const arrival = await core.network.validate(visit, validators);
    return await validated(core, visit, entry, arrival, flight);
  } catch (error) {
    flight.end();
    return withoutNetwork(core, visit, entry, error);
  }
}

const isSelected = ({ request }: Visit, entry: Entry): boolean =>
  selects(entry, request) === 'match';

const LATE = new Error('the network is late');

/** Waits so many milliseconds for the origin; what it says later is heard behind the answer. */
async function askInTime(
  core: Core,
  visit: Visit,
  entry: Entry,
  flight: Flight,
  timeoutMs: number,
): Promise<Step> {
  const asking = { ...visit };
  const next = ask(core, asking, entry, flight);
  try {
    const step = await withDeadline(next, timeoutMs, () => LATE);
    visit.status = asking.status;
    return step;
  } catch (error) {
    if (error !== LATE) throw error;
    asking.hooks = hooksBehind(visit);
    asking.joined = true;
    // Others who wait for this flight look what is stored.
    flight.release();
    return { is: 'late', entry, visit: asking, next };
  }
}

/** What comes of the origin's answer: the stored response, as it is or freshened, or what the network brought. */
function validated(
  core: Core,
  visit: Visit,
  entry: Entry,
  arrival: Arrival,
  flight: Flight,
): Promise<Step> | Step {
  const { response } = arrival;
  const { status } = response;
  if (status === 304) return notModified(core, visit, entry, arrival, flight);
  if (visit.request.method === 'HEAD') {
    const update = headUpdate(entry, response);
    flight.end();
    if (update === 'freshen')
      return answerFrom(
        core,
        visit,
        freshened(core, visit, entry, arrival, flight),
        { ...visit.status, fwdStatus: status },
      );
    if (update === 'invalidate')
      visit.background.push(core.drops.invalidate(visit.base));
  }
  if (status >= 500 && mayHide(core.settings, visit.request, entry, status)) {
    flight.end();
    visit.background.push(response.body?.cancel() ?? Promise.resolve());
    return answerFrom(core, visit, entry, {
      ...visit.status,
      fwdStatus: status,
      detail: 'stale-if-error',
    });
  }
  return done(receive(core, visit, arrival, flight));
}

/** A 304 freshens what is stored, if it is about that. */
function notModified(
  core: Core,
  visit: Visit,
  entry: Entry,
  arrival: Arrival,
  flight: Flight,
): Promise<Step> | Step {
  flight.end();
  const { response } = arrival;
  if (validation(entry, response, isSelected(visit, entry)) !== 'not-modified')
    return unusable(entry.record);
  visit.status = { ...visit.status, fwdStatus: response.status };
  const fresh = freshened(core, visit, entry, arrival, flight);
  return answerFrom(core, visit, fresh, visit.status);
}

/** The network failed: a stale response where one is allowed, else what RFC 9111 section 4.2.4 asks for. */
function withoutNetwork(
  core: Core,
  visit: Visit,
  entry: Entry,
  error: unknown,
): Promise<Step> | Step {
  if (visit.request.signal.aborted) throw error;
  if (mayStandIn(core.settings, visit.request, entry))
    return answerFrom(core, visit, entry, {
      ...visit.status,
      detail: 'stale-if-error',
    });
  if (errorAnswer(entry) === 'gateway-timeout')
    return done(gatewayTimeout(visit.status));
  throw error;
}
