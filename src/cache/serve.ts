/** Serves stored responses: no byte goes out that was not verified in this worker's life. */
import type { CacheStatus } from '../http/index.js';
import { IS_READY_MADE } from '../ready-made.js';
import {
  isBroken,
  isVerifiedWhole,
  streamOfBytes,
  verifyWhole,
  type Verified,
} from '../store/body.js';
import { brokenBody, type Broken, type Entry } from '../store/records.js';
import type { Bytes } from '../store/source.js';
import { partOf, responseFrom, type Part } from './answer.js';
import type { Core } from './core.js';
import { hooksOf } from './hooks.js';
import { matchesMetadata } from './integrity.js';
import { decide } from './mode.js';
import { bytesOf } from './partial.js';
import { partStream } from './splice.js';
import { done, type Step, type Visit } from './visit.js';

/** Answers at once, if the memory tier holds a fresh response; nothing is awaited. */
export function fromMemory(core: Core, visit: Visit): Response | undefined {
  const entries = core.memory.entries(visit.base);
  if (visit.request.integrity) return undefined;
  if (entries.length === 0 || core.flights.storing(visit.base))
    return undefined;
  if (core.drops.owes(visit.base)) return undefined;
  const decided = decide(core.settings, visit.view, entries);
  if (decided.is !== 'fresh') return undefined;
  const { stored: entry, ttl } = decided;
  const response = built(core, visit, { entry }, { hit: true, ttl });
  if (response) core.probe.note(entry);
  return response;
}

/** The response, if it can be built without reading the body: it is empty, in memory, or a Blob verified before. */
function built(
  core: Core,
  visit: Visit,
  { entry, bytes }: Verified,
  status: CacheStatus,
): Response | undefined {
  const { request } = visit;
  // A rebuilt Response would pass for one of the same origin (Fetch Standard, section 4.1).
  if (entry.record.type === 'cors' && request.mode === 'same-origin')
    return Response.error();
  const part = partOf(request, entry);
  const body = bodyOf(request, entry, part, bytes);
  return body === undefined
    ? undefined
    : answered(core, visit, { entry, part, body, status });
}

/** The response itself, counted as a hit where the network was not asked for it. */
function answered(
  core: Core,
  { startedAt }: Visit,
  { entry, part, body, status }: Answer,
): Response {
  const now = core.settings.now();
  if (status.hit || status.collapsed) {
    core.counts.hits++;
    core.uses.note(entry.record, now);
  }
  return responseFrom(entry, part, body, status, { now, startedAt });
}

/** What a response is made of. */
interface Answer {
  readonly entry: Entry;
  readonly part: Part;
  readonly body: Blob | ReadableStream | null;
  readonly status: CacheStatus;
}

function bodyOf(
  request: Request,
  { body, record }: Entry,
  part: Part,
  bytes?: Bytes,
): Answer['body'] | undefined {
  if (request.method === 'HEAD' || part === 'unsatisfiable') return null;
  const whole = part === 'whole';
  // Positions count from the representation's first byte; a stored part begins later.
  const from = whole ? 0 : part.first - record.first;
  const to = whole ? record.length : part.last + 1 - record.first;
  switch (body.is) {
    case 'none':
      return null;
    case 'buffer':
      // A copy: the memory tier keeps the buffer.
      return streamOfBytes(new Uint8Array(body.buffer.slice(from, to)));
    case 'blob':
      if (bytes) return streamOfBytes(bytes.subarray(from, to));
      if (!body.verified) return undefined;
      return whole ? body.blob : body.blob.slice(from, to);
  }
}

/** Verifies a body no longer than two slices as a whole; a larger one is verified as it is streamed. */
export async function verifiedEntry(
  core: Core,
  entry: Entry,
): Promise<Verified | Broken> {
  const { body, record } = entry;
  if (body.is !== 'blob') return { entry };
  if (body.verified || !isVerifiedWhole(record)) return { entry };
  const { storageTimeoutMs } = core.settings;
  return verifyWhole(entry, body.blob, storageTimeoutMs);
}

/** Answers from a stored response, or says what is broken about it, or that a hook would rather not use it. */
export async function answerFrom(
  core: Core,
  visit: Visit,
  found: Entry,
  status: CacheStatus,
): Promise<Step> {
  const step = await rebuilt(core, visit, found, status);
  const willUse = hooksOf(visit)?.willUse;
  if (step.is !== 'done' || !willUse) return step;
  const response = await willUse(step.response);
  return response ? done(response) : { is: 'miss', why: 'request' };
}

/** Builds the answer, once what it is made of is verified. */
async function rebuilt(
  core: Core,
  visit: Visit,
  found: Entry,
  status: CacheStatus,
): Promise<Step> {
  const verified = await verifiedEntry(core, found);
  if (isBroken(verified)) return verified;
  const { entry } = verified;
  if (visit.request.integrity && !(await hasIntegrity(core, visit, entry)))
    return brokenBody(entry.record, 'integrity-mismatch');
  let response: Response | undefined;
  try {
    response = built(core, visit, verified, status);
  } catch {
    // Whatever a Response cannot be made of is broken, however well it looks.
    return brokenBody(entry.record, 'payload-invalid');
  }
  if (!response) return streamed(core, visit, entry, status);
  core.rememberOnce(entry, visit);
  return done(response);
}

/** Whether the stored bytes are what the page's integrity metadata asks for: after a deploy they may be the old ones. */
async function hasIntegrity(
  core: Core,
  visit: Visit,
  entry: Entry,
): Promise<boolean> {
  const bytes = await bytesOf(core, visit, entry);
  if (!bytes) return false;
  const matching = matchesMetadata(bytes, visit.request.integrity);
  // Without a secure context, which a worker always has, nobody but the browser can tell.
  return IS_READY_MADE ? matching : matching.catch(() => false);
}

/** Answers with a large body whose slices are verified one by one on their way out. */
async function streamed(
  core: Core,
  visit: Visit,
  entry: Entry,
  status: CacheStatus,
): Promise<Step> {
  const { record } = entry;
  const part = partOf(visit.request, entry);
  const range =
    typeof part === 'string'
      ? { first: 0, last: record.length - 1 }
      : { first: part.first - record.first, last: part.last - record.first };
  const body = await partStream(core, visit, entry, range, visit.isDirect);
  if (!(body instanceof ReadableStream)) return body;
  return done(answered(core, visit, { entry, part, body, status }));
}
