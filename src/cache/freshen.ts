/** Stored responses that a 304 or a HEAD updates (RFC 9111 sections 3.2, 4.3.4 and 4.3.5). */
import {
  formatHttpDate,
  freshen,
  headUpdate,
  isStorable,
  recordNominated,
  selects,
  type RequestView,
} from '../http/index.js';
import {
  headerLines,
  seal,
  type Entry,
  type PolicyRecord,
} from '../store/records.js';
import { baseOf } from '../store/variant.js';
import type { Core } from './core.js';
import type { Flight } from './flight.js';
import type { Arrival } from './forward.js';
import type { Visit } from './visit.js';

/**
 * Adds the Date that a response lacks: "MUST record the time it was received and append a corresponding Date header
 * field" (RFC 9110 section 6.6.1). Across origins it may be there, but hidden.
 */
export function addDate(
  headers: Headers,
  type: PolicyRecord['type'],
  receivedAt: number,
): void {
  if (type === 'basic' && !headers.has('date'))
    headers.set('date', formatHttpDate(receivedAt));
}

/** Updates a stored response from a 304 or a HEAD (RFC 9111 sections 3.2 and 4.3.4); the payload stays as it is. */
export function freshened(
  core: Core,
  visit: Visit,
  entry: Entry,
  { response, requestTime, responseTime }: Arrival,
  flight: Flight,
): Entry {
  // It was to be dropped while the origin was asked.
  if (flight.isOutdated) return entry;
  // Under No-Vary-Search it may be another than the visit's.
  const base = baseOf(entry.record.key);
  const headers = freshen(entry, response);
  addDate(headers, entry.record.type, responseTime);
  const requestHeaders = recordNominated(visit.request, {
    status: entry.status,
    headers,
  });
  const times = { requestTime, responseTime };
  const record = seal({
    ...entry.record,
    ...times,
    headers: headerLines(headers),
    requestHeaders: headerLines(requestHeaders),
  });
  const fresh: Entry = { ...entry, ...times, record, headers, requestHeaders };
  visit.background.push(
    mayKeep(fresh) ? keptFresh(core, base, fresh) : core.drops.invalidate(base),
  );
  return fresh;
}

/**
 * Whether a response may still be stored with its new fields: one that says `no-store` now answers once more, and is
 * dropped.
 */
function mayKeep({ status, headers, record }: Entry): boolean {
  const request: RequestView = {
    method: 'GET',
    url: record.url,
    headers: new Headers(),
    cache: 'default',
  };
  return isStorable(request, { status, headers });
}

function keptFresh(core: Core, base: string, fresh: Entry): Promise<unknown> {
  const { body, record } = fresh;
  // See remember() in write.ts.
  if (body.is === 'blob' && !body.verified) core.memory.forgetAll(base);
  else core.memory.remember(fresh);
  core.changedFields(base);
  const written = core.store.freshen(record).then((isWritten) => {
    // It was dropped while the origin was asked: memory must not keep it.
    if (!isWritten) core.memory.forget(record.key, record.id);
  });
  core.flights.hold(base, written);
  return written;
}

/** Updates or outdates the stored response to GET by the answer to a HEAD that was forwarded (RFC 9111 section 4.3.5). */
export function updateByHead(
  core: Core,
  visit: Visit,
  arrival: Arrival,
  flight: Flight,
): void {
  const { base, request } = visit;
  if (visit.status.fwd === 'bypass' || arrival.response.status !== 200) return;
  const settled = core.settled(base);
  const update = async (): Promise<void> => {
    await settled;
    const found = await core.store.find(base, (policies) =>
      policies.find((policy) => selects(policy, request) === 'match'),
    );
    if (found.is !== 'entry') return;
    const said = headUpdate(found.entry, arrival.response);
    if (said === 'freshen')
      freshened(core, visit, found.entry, arrival, flight);
    if (said === 'invalidate') await core.drops.invalidate(base);
  };
  const updated = update();
  core.flights.hold(base, updated);
  visit.background.push(updated);
}
