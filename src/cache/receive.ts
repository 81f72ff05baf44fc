/** What the network brought: whether it is stored, what it replaces, and how it reaches the page. */
import {
  clearsCache,
  invalidated,
  invalidatedGroups,
  isStorable,
  type ResponseView,
} from '../http/index.js';
import { forwarded, isRebuildable } from './answer.js';
import type { Core } from './core.js';
import { EVERY, type Flight } from './flight.js';
import type { Arrival } from './forward.js';
import { hooksOf, type Hooks } from './hooks.js';
import { announcedLength, keep, type Limits, type Sealed } from './keep.js';
import { urlOfKey } from './key.js';
import { partOfResponse } from './partial.js';
import { isUnlikely, skewOf } from './skew.js';
import type { Visit } from './visit.js';
import { write } from './write.js';

/** Above this announced length lookups do not wait for the store, in bytes. */
const WAITED_FOR_BYTES = 1024 * 1024;

/** Hands a response to the page and, where RFC 9111 allows, to the store behind the answer. */
export function receive(
  core: Core,
  visit: Visit,
  arrival: Arrival,
  flight: Flight,
): Response {
  const { response } = arrival;
  const { fwdStatus = response.status } = arrival;
  visit.status = { ...visit.status, fwdStatus };
  heed(core, visit, response, flight);
  if (!isRebuildable(response) || !mayStore(core, visit, response)) {
    dropOld(core, visit, response);
    flight.end();
    return forwarded(response, response.body, visit.status);
  }
  const willStore = hooksOf(visit)?.willStore;
  if (willStore) {
    const chosen = storeChosen(core, visit, arrival, willStore, flight);
    visit.background.push(chosen);
    flight.store(chosen);
    // Whether it is stored is known when the hook has decided, and the page has gone on.
    return forwarded(response, response.body, visit.status);
  }
  // A page is drawn as it comes.
  const copy = visit.request.mode === 'navigate' ? null : arrival.copy;
  const { page, body } = keep(response, limitsOf(core, visit), copy);
  const announced = announcedLength(response) ?? 0;
  const stored = announced <= core.settings.maxEntryBytes && core.store.isOpen;
  visit.status = { ...visit.status, stored };
  core.search.note(visit.base, response);
  if (announced > WAITED_FOR_BYTES) flight.release();
  const written = store(core, visit, arrival, body, flight);
  visit.background.push(written);
  flight.store(written);
  return forwarded(response, page, visit.status);
}

/** Stores a response; where there is no room for it, what it would have replaced goes all the same. */
async function store(
  core: Core,
  visit: Visit,
  arrival: Arrival,
  body: Promise<Sealed>,
  flight: Flight,
): Promise<'stored' | 'refused' | undefined> {
  const became = await write(core, visit, arrival, body, flight);
  const { fwd } = visit.status;
  // Where the store failed before, nobody knows whether this is newer; another variant is not.
  const isNewer = fwd !== 'miss' && fwd !== 'vary-miss';
  if (became === 'refused' && isNewer) dropOld(core, visit, arrival.response);
  return became;
}

/** What a response says of others than itself. */
function heed(
  core: Core,
  visit: Visit,
  response: Response,
  flight?: Flight,
): void {
  if (clearsCache(response.headers)) {
    // The response itself came behind what it clears; an unsafe request in between still outdates it.
    const isOutdated = flight?.isOutdated ?? false;
    const purged = core.drops.purge(ofSameOrigin(visit.request));
    core.flights.hold(EVERY, purged);
    visit.background.push(purged);
    if (flight) flight.isOutdated = isOutdated;
  }
  const skew = skewOf(visit.request, response, core.settings.now());
  if (skew) core.emit(skew);
}

/** Whether a key is of a URL of the request's origin. */
function ofSameOrigin({ url }: Request): (key: string) => boolean {
  const { origin } = new URL(url);
  return (key) => urlOfKey(key).startsWith(`${origin}/`);
}

const limitsOf = (core: Core, { isDirect }: Visit): Limits => ({
  maxEntryBytes: core.settings.maxEntryBytes,
  asBlob: core.store.takesBlobs,
  isDirect,
});

/** Stores what a hook chooses in place of the network's response, if that may be stored as well. */
async function storeChosen(
  core: Core,
  visit: Visit,
  arrival: Arrival,
  choose: NonNullable<Hooks['willStore']>,
  flight: Flight,
): Promise<void> {
  const copy = arrival.response.clone();
  const chosen = await choose(copy);
  if (!chosen) return copy.body?.cancel();
  if (chosen.bodyUsed || !mayStore(core, visit, chosen)) return;
  const { page, body } = keep(chosen, limitsOf(core, visit));
  page?.pipeTo(new WritableStream()).catch(() => undefined);
  await store(core, visit, { ...arrival, response: chosen }, body, flight);
}

function mayStore(core: Core, visit: Visit, response: Response): boolean {
  const { request, base, view } = visit;
  return (
    view.cache !== 'no-store' &&
    (response.status !== 206 || partOfResponse(response) !== undefined) &&
    isStorable(request, response) &&
    !isUnlikely(request, response) &&
    !core.relapses.isHopeless(base)
  );
}

/** Drops what is stored where a response that is not stored itself has outdated it. */
function dropOld(core: Core, visit: Visit, response: Response): void {
  if (replacesOld(visit, response))
    visit.background.push(core.drops.invalidate(visit.base));
}

/**
 * Whether what is stored is outdated by a response that is not stored itself, such as a redirect ("MUST use the most recent
 * response", RFC 9111 section 4). An error or an unlikely page outdates nothing, and where nothing was found there is
 * nothing to outdate.
 */
function replacesOld({ request, status }: Visit, response: Response): boolean {
  return (
    request.method === 'GET' &&
    status.fwd !== 'bypass' &&
    status.fwd !== 'uri-miss' &&
    response.type !== 'error' &&
    response.status < 400 &&
    response.status !== 304 &&
    !request.headers.has('range') &&
    !isUnlikely(request, response)
  );
}

/** A redirect that the page follows by itself is hidden from the worker, but it is no error. */
const unhidden = ({ type, status, headers }: Response): ResponseView => ({
  status: type === 'opaqueredirect' ? 303 : status,
  headers,
});

/** Sends an unsafe request and drops what it makes invalid (RFC 9111 section 4.4). */
export async function receiveUnsafe(
  core: Core,
  visit: Visit,
): Promise<Response> {
  const { request } = visit;
  const { now } = core.settings;
  const requestTime = now();
  const response = await core.network.pass(request, visit.hooks);
  const urls = invalidated(request, unhidden(response));
  const invalidate = (url: string): void => {
    visit.background.push(core.drops.invalidateUrl(url, visit.partition));
  };
  urls.forEach(invalidate);
  const urlsOf = hooksOf(visit)?.urlsOf;
  if (urlsOf) (await Promise.all(urls.map(urlsOf))).flat().forEach(invalidate);
  const groups = invalidatedGroups(request, response);
  if (groups.length > 0)
    visit.background.push(
      core.drops.purgeGroups(groups, ofSameOrigin(request)),
    );
  // Another worker may be asked next, and looks into the store.
  await core.settled(visit.base);
  if (!isRebuildable(response) || !isStorable(request, response)) {
    heed(core, visit, response);
    return response;
  }
  const flight = core.flights.begin(visit.base);
  const arrival = { response, requestTime, responseTime: now() };
  visit.dropped = core.settled(visit.base);
  visit.status = { fwd: 'method' };
  return receive(core, visit, arrival, flight);
}
