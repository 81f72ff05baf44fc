/** Stores what the network brought, once its body is sealed. */
import { recordNominated, selects, storableHeaders } from '../http/index.js';
import type { Replaces } from '../store/changes.js';
import type {
  Draft,
  Policy,
  PolicyRecord,
  SealedBody,
} from '../store/records.js';
import type { Core } from './core.js';
import type { Flight } from './flight.js';
import type { Arrival } from './forward.js';
import { hooksOf } from './hooks.js';
import { addDate } from './freshen.js';
import { declaresDigest, matchesFields } from './integrity.js';
import { announcedLength, isCut, type Sealed } from './keep.js';
import { isSameOrigin } from './key.js';
import { asComplete, combined, partOfResponse } from './partial.js';
import { answerFrom } from './serve.js';
import type { Visit } from './visit.js';

/**
 * Stores a response whose body is being sealed, if it comes whole and is not outdated by then; 'refused' where the store has
 * no room for it.
 */
export async function write(
  core: Core,
  visit: Visit,
  arrival: Arrival,
  body: Promise<Sealed>,
  flight: Flight,
): Promise<'stored' | 'refused' | undefined> {
  const sealed = await body;
  await visit.dropped;
  if (!sealed || flight.isOutdated) return undefined;
  if (sealed === 'too-large') return 'refused';
  if (!(await isDeclared(core, visit, arrival.response, sealed)))
    return undefined;
  const base = await baseToStore(core, visit);
  const single = draftOf({ ...visit, base }, arrival, sealed);
  const draft = await combined(core, visit, single);
  if (!draft) return undefined;
  const didStore = hooksOf(visit)?.didStore;
  const old = didStore && (await storedNow(core, visit, base));
  const became = await writeDraft(core, draft, flight, {
    replaces: replacing(visit.request),
    isNew: visit.status.fwd === 'uri-miss',
    isCutShort: () => isCut(arrival.response),
  });
  if (became !== 'stored') return became;
  await didStore?.(old, new Response(draft.body.content, draft));
  return 'stored';
}

/** What a draft is written in place of. */
interface Place {
  readonly replaces: Replaces;
  /** A lookup has found nothing of its URL. */
  readonly isNew?: boolean;
  /** Whether its body is known, by now, not to have come whole. */
  readonly isCutShort?: () => boolean;
}

/** Writes and remembers a draft, unless it is outdated or cut short. */
export async function writeDraft(
  core: Core,
  draft: Draft,
  flight: Flight,
  { replaces, isNew, isCutShort }: Place,
): Promise<'stored' | 'refused' | undefined> {
  if (flight.isOutdated) return undefined;
  const written = await core.store.write(draft, replaces, isNew);
  if (written.is === 'refused') {
    core.refused(written.error);
    // A store that is down has not been asked, and is asked for nothing else either.
    return written.error === undefined ? undefined : written.is;
  }
  if (written.is === 'older') return undefined;
  const { record } = written;
  // The second try of a write may come behind the drop that was meant for it, as may one beside another worker's.
  if (flight.isOutdated || isCutShort?.()) {
    await core.store.drop(record.key, record.id);
    return undefined;
  }
  remember(core, draft, record);
  return written.is;
}

/** Where a response is stored; a hook may name another URL than it was looked up under. */
async function baseToStore(core: Core, visit: Visit): Promise<string> {
  const url = await hooksOf(visit)?.urlToStore?.();
  return url === undefined
    ? visit.base
    : core.baseFor(visit.request, url, visit.partition);
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
  core.changed(draft.base);
  const { content } = draft.body;
  // A Blob made here holds memory; the database's own handle, met at the next lookup, does not. The record's form may be
  // another: where the engine refused the Blob its bytes were stored. What lies on the disk only may answer in the place
  // of the variants in memory, so they are looked up there as well.
  if (content instanceof Blob) return core.memory.forgetAll(draft.base);
  core.memory.remember({
    ...draft,
    record,
    body: content ? { is: 'buffer', buffer: content } : { is: 'none' },
  });
}

/** Whether the bytes are the ones that the origin declared; a cut that looks complete is found out here. */
async function isDeclared(
  core: Core,
  { base, request }: Visit,
  { headers, status, type }: Response,
  { content }: SealedBody,
): Promise<boolean> {
  // Across origins a Content-Encoding is hidden.
  const isUnknown = type === 'cors' || !isSecureContext;
  if (
    isUnknown ||
    status === 206 ||
    content === null ||
    !declaresDigest(headers)
  )
    return true;
  const bytes = content instanceof Blob ? await content.arrayBuffer() : content;
  if (await matchesFields(bytes, headers)) return true;
  if (!core.relapses.isHopeless(base))
    core.tell({ fault: 'integrity-mismatch' }, performance.now(), {
      url: request.url,
      phase: 'write',
      outcome: 'dropped',
    });
  core.relapses.note(base);
  return false;
}

function draftOf(visit: Visit, arrival: Arrival, body: SealedBody): Draft {
  const { request } = visit;
  const { response, requestTime, responseTime } = arrival;
  const part = partOfResponse(response);
  // A hook's own Response does not tell where it came from.
  const type =
    response.type === 'cors' || !isSameOrigin(request.url) ? 'cors' : 'basic';
  const headers = fieldsToStore(response);
  addDate(headers, type, responseTime);
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

/** A Content-Length that nobody can vouch for is left out: what is served says how long it is. */
function fieldsToStore(response: Response): Headers {
  const headers = storableHeaders(response);
  if (announcedLength(response) === undefined) headers.delete('content-length');
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
