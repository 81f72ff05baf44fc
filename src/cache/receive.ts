/** What the network brought: whether it is stored, what it replaces, and how it reaches the page. */
import {
  clearsCache,
  invalidated,
  invalidatedGroups,
  isStorable,
  recordNominated,
  selects,
  storableHeaders,
  type ResponseView,
} from '../http/index.js';
import {
  type Draft,
  type Policy,
  type PolicyRecord,
  type SealedBody,
} from '../store/records.js';
import type { Written } from '../store/store.js';
import { forwarded, isRebuildable } from './answer.js';
import type { Core } from './core.js';
import { EVERY, type Flight } from './flight.js';
import type { Arrival } from './forward.js';
import { hooksOf } from './hooks.js';
import { dateFields } from './freshen.js';
import { declaresDigest, matchesFields } from './integrity.js';
import { keep, type Limits } from './keep.js';
import { urlOfKey } from './key.js';
import { asComplete, combined, partOfResponse } from './partial.js';
import { answerFrom } from './serve.js';
import { isUnlikely, skewOf } from './skew.js';
import type { Visit } from './visit.js';

/** Above this announced length lookups do not wait for the store, in bytes. */
const WAITED_FOR = 1024 * 1024;

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
  if (!isRebuildable(response)) {
    flight.end();
    return response;
  }
  if (!mayStore(core, visit, response)) {
    if (replacesOld(visit, response))
      visit.background.push(core.invalidate(visit.base));
    flight.end();
    return forwarded(response, response.body, visit.status);
  }
  const willStore = hooksOf(visit)?.willStore;
  if (willStore) {
    const copy = response.clone();
    const work = async (): Promise<unknown> => {
      const chosen = await willStore(copy);
      if (chosen) return writeChosen(core, visit, arrival, chosen, flight);
      return copy.body?.cancel();
    };
    storing(visit, flight, work());
    // Whether it is stored is known when the hook has decided, and the page has gone on.
    return forwarded(response, response.body, visit.status);
  }
  const kept = keep(response, limitsOf(core, visit), arrival.copy);
  const announced = kept.announced ?? 0;
  const stored = announced <= core.settings.maxEntryBytes;
  visit.status = { ...visit.status, stored };
  core.search.note(visit.base, response);
  if (announced > WAITED_FOR) flight.release();
  storing(visit, flight, write(core, visit, arrival, kept.body, flight));
  return forwarded(response, kept.page, visit.status);
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
    const purged = core.purge(ofSameOrigin(visit.request));
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

/** Lets lookups wait for what is being stored, and the worker live until it is. */
function storing(
  visit: Visit,
  flight: Flight,
  written: Promise<unknown>,
): void {
  flight.isStoring = true;
  visit.background.push(written);
  const end = () => flight.end();
  written.then(end, end);
}

/** Stores what a hook chose in place of the network's response, if that may be stored as well. */
async function writeChosen(
  core: Core,
  visit: Visit,
  arrival: Arrival,
  chosen: Response,
  flight: Flight,
): Promise<Written['is']> {
  if (chosen.bodyUsed || !mayStore(core, visit, chosen)) return 'refused';
  const { page, body } = keep(chosen, limitsOf(core, visit));
  page?.pipeTo(new WritableStream()).catch(() => undefined);
  return write(core, visit, { ...arrival, response: chosen }, body, flight);
}

function mayStore(core: Core, visit: Visit, response: Response): boolean {
  const { request, base, view } = visit;
  return (
    view.cache !== 'no-store' &&
    response.status !== 304 &&
    (response.status !== 206 || partOfResponse(response) !== undefined) &&
    isStorable(request, response) &&
    !isUnlikely(request, response) &&
    !core.relapses.isHopeless(base, core.settings.now())
  );
}

/**
 * Whether what is stored is outdated by a response that is not stored itself ("MUST use the most recent response", RFC
 * 9111 section 4). An error or an unlikely page outdates nothing.
 */
function replacesOld({ request, status }: Visit, response: Response): boolean {
  return (
    request.method === 'GET' &&
    status.fwd !== 'bypass' &&
    response.status < 400 &&
    response.status !== 304 &&
    !request.headers.has('range') &&
    !isUnlikely(request, response)
  );
}

async function write(
  core: Core,
  visit: Visit,
  arrival: Arrival,
  body: Promise<SealedBody | undefined>,
  flight: Flight,
): Promise<Written['is']> {
  const sealed = await body;
  await visit.dropped;
  if (!sealed || flight.isOutdated) return 'refused';
  if (!(await isDeclared(core, visit, arrival.response, sealed)))
    return 'refused';
  const base = await baseToStore(core, visit);
  const single = draftOf(core, { ...visit, base }, arrival, sealed);
  const draft = await combined(core, visit, single);
  if (!draft) return 'older';
  const didStore = hooksOf(visit)?.didStore;
  const old = didStore && (await storedNow(core, visit, base));
  if (flight.isOutdated) return 'refused';
  const written = await core.store.write(draft, replacing(visit.request));
  if (written.is === 'refused') core.refused(written.error);
  if (written.is !== 'stored') return written.is;
  const { record } = written;
  // The second try of a write may come behind the drop that was meant for it.
  if (flight.isOutdated) {
    await core.store.drop(record.key, record.id);
    return 'refused';
  }
  remember(core, draft, record);
  await didStore?.(old, new Response(draft.body.content, draft));
  return 'stored';
}

/** Where a response is stored; a hook may name another URL than it was looked up under. */
async function baseToStore(core: Core, visit: Visit): Promise<string> {
  const url = await hooksOf(visit)?.urlToStore?.();
  return url === undefined
    ? visit.base
    : core.baseOf(visit.request, url, visit.partition);
}

/** What is about to be replaced, as a response. */
async function storedNow(
  core: Core,
  visit: Visit,
  base: string,
): Promise<Response | undefined> {
  const found = await core.store.find(base, (policies) =>
    policies.find(replacing(visit.request)),
  );
  if (found.is !== 'entry') return undefined;
  const looking = { ...visit, hooks: undefined };
  const step = await answerFrom(core, looking, found.entry, {});
  return step.is === 'done' ? step.response : undefined;
}

function remember(core: Core, draft: Draft, record: PolicyRecord): void {
  core.memory.forget(record.key);
  core.changed(draft.base);
  const { content } = draft.body;
  // A Blob made here holds memory; the database's own handle, met at the next lookup, does not. The record's form may be
  // another: where the engine refused the Blob its bytes were stored.
  if (content instanceof Blob) return;
  core.remember({
    ...draft,
    record,
    body:
      content instanceof ArrayBuffer
        ? { is: 'buffer', buffer: content }
        : { is: 'none' },
  });
}

/** Whether the bytes are the ones that the origin declared; a cut that looks complete is found out here. */
async function isDeclared(
  core: Core,
  { base, request }: Visit,
  { headers, status }: Response,
  { content }: SealedBody,
): Promise<boolean> {
  if (status === 206 || content === null || !declaresDigest(headers))
    return true;
  const bytes = content instanceof Blob ? await content.arrayBuffer() : content;
  if (await matchesFields(bytes, headers)) return true;
  const { now } = core.settings;
  if (!core.relapses.isHopeless(base, now()))
    core.tell({
      url: request.url,
      fault: 'integrity-mismatch',
      phase: 'write',
      outcome: 'dropped',
      durationMs: 0,
    });
  core.relapses.note(base, now());
  return false;
}

function draftOf(
  core: Core,
  visit: Visit,
  arrival: Arrival,
  body: SealedBody,
): Draft {
  const { request } = visit;
  const { response, requestTime, responseTime } = arrival;
  const part = partOfResponse(response);
  // A hook's own Response does not tell where it came from.
  const type =
    response.type === 'cors' || !core.isOwn(request.url) ? 'cors' : 'basic';
  const headers = fieldsToStore(response);
  dateFields(headers, type, responseTime);
  return asComplete({
    base: visit.base,
    url: request.url,
    status: response.status,
    statusText: response.statusText,
    headers,
    requestHeaders: recordNominated(request, {
      status: response.status,
      headers,
    }),
    requestTime,
    responseTime,
    type,
    body,
    tags: response.headers.get('cache-groups') ?? '',
    ...(part ? { part } : {}),
  });
}

/** Across origins Content-Length may count bytes that a hidden Content-Encoding coded; a script's own may be of another body. */
function fieldsToStore(response: Response): Headers {
  const headers = storableHeaders(response);
  if (response.type !== 'basic') headers.delete('content-length');
  // Vary may be hidden too, and Accept is what a page changes without a preflight.
  if (response.type === 'cors' && !headers.has('vary'))
    headers.set('vary', 'Accept');
  return headers;
}

/** A stored variant is replaced when this request would have selected it (RFC 9111 section 4.1). */
const replacing =
  (request: Request) =>
  (policy: Policy): boolean =>
    selects(policy, request) !== 'mismatch';

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
  for (const url of invalidated(request, unhidden(response)))
    visit.background.push(core.invalidateUrl(url, visit.partition));
  const groups = invalidatedGroups(request, response);
  if (groups.length > 0)
    visit.background.push(core.purgeGroups(groups, ofSameOrigin(request)));
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
