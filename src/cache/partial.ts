/** Partial responses: stored, combined and completed (RFC 9111 sections 3.3 and 3.4). */
import {
  freshen,
  hasStrongValidator,
  parseContentRange,
  sameRepresentation,
  selects,
} from '../http/index.js';
import { readSlice, isBroken } from '../store/body.js';
import type { Draft, Entry, Policy, SealedBody } from '../store/records.js';
import { SLICE_BYTES } from '../store/digest.js';
import { Sealer } from '../store/seal.js';
import type { Core } from './core.js';
import type { Arrival } from './forward.js';
import { partStream } from './splice.js';
import type { Visit } from './visit.js';

/** The part that a 206 carries; undefined for other responses and where the complete length is unknown. */
export function partOfResponse(
  response: Response,
): { readonly first: number; readonly total: number } | undefined {
  if (response.status !== 206) return undefined;
  const range = parseContentRange(response.headers.get('content-range'));
  return range?.total === undefined
    ? undefined
    : { first: range.first, total: range.total };
}

/** A part that is the whole is stored as the whole. */
export function asComplete(draft: Draft): Draft {
  const { part, body } = draft;
  if (!part || body.length !== part.total) return draft;
  const headers = new Headers(draft.headers);
  headers.delete('content-range');
  const { part: _, ...rest } = draft;
  return { ...rest, status: 200, statusText: 'OK', headers };
}

/**
 * What is to be stored of a new part: combined with the stored one "if they share the same strong validator" (RFC 9111
 * section 3.4), nothing when the whole is stored already, else the part alone.
 */
export async function combined(
  core: Core,
  visit: Visit,
  draft: Draft,
): Promise<Draft | undefined> {
  if (!draft.part) return draft;
  const found = await core.store.find(visit.base, (policies) =>
    policies.find((policy) => selects(policy, visit.request) !== 'mismatch'),
  );
  if (found.is !== 'entry') return draft;
  const { entry } = found;
  const same = sameRepresentation(entry, draft);
  if (entry.status !== 206)
    return same || !hasStrongValidator(draft) ? undefined : draft;
  return same ? joined(core, entry, draft) : draft;
}

/** Both parts in one, made slice by slice; the new part alone where they do not touch or the old one is broken. */
async function joined(core: Core, old: Entry, draft: Draft): Promise<Draft> {
  const { part } = draft;
  if (!part || old.record.total !== part.total) return draft;
  const start = old.record.first;
  const oldEnd = start + old.record.length;
  const first = Math.min(start, part.first);
  const end = Math.max(oldEnd, part.first + draft.body.length);
  const touches =
    start <= part.first + draft.body.length && part.first <= oldEnd;
  if (!touches || end - first > core.settings.maxEntryBytes) return draft;
  const body = await poured(core, old, draft, part.first).catch(
    () => undefined,
  );
  if (!body) return draft;
  const headers = new Headers(draft.headers);
  headers.delete('content-length');
  headers.set('content-range', `bytes ${first}-${end - 1}/${part.total}`);
  return asComplete({
    ...draft,
    headers,
    body,
    part: { first, total: part.total },
  });
}

/** Seals the bytes of both, each byte once, the earlier part first. */
async function poured(
  core: Core,
  old: Entry,
  { body }: Draft,
  partFirst: number,
): Promise<SealedBody> {
  const { first } = old.record;
  const ahead = Math.min(partFirst - first, old.record.length);
  // Whole slices in front of the new part keep their digests: they need not be read.
  const kept = Math.max(0, Math.floor(ahead / SLICE_BYTES));
  const sealer = new Sealer(core.store.takesBlobs, old, kept);
  const sources: [number, AsyncIterable<ArrayBuffer>][] = [
    [first + sealer.length, slicesOf(core, old, sealer.length / SLICE_BYTES)],
    [partFirst, chunksOf(body)],
  ];
  if (partFirst < first) sources.reverse();
  let at = Math.min(partFirst, first + sealer.length);
  for (const [start, chunks] of sources) {
    let position = start;
    for await (const chunk of chunks) {
      const skip = Math.max(0, at - position);
      position += chunk.byteLength;
      if (position <= at) continue;
      sealer.push(new Uint8Array(chunk, skip));
      at = position;
    }
  }
  return sealer.finish();
}

async function* chunksOf({ content }: SealedBody): AsyncIterable<ArrayBuffer> {
  if (!(content instanceof Blob)) {
    if (content) yield content;
    return;
  }
  for (let at = 0; at < content.size; at += SLICE_BYTES)
    yield content.slice(at, at + SLICE_BYTES).arrayBuffer();
}

/** A stored body's slices from one on, verified; throws when one is broken. */
async function* slicesOf(
  core: Core,
  { body, record }: Entry,
  from = 0,
): AsyncIterable<ArrayBuffer> {
  if (body.is === 'buffer') yield body.buffer;
  if (body.is !== 'blob') return;
  const { storageTimeoutMs } = core.settings;
  for (let slice = from; slice * record.slice < record.length; slice++) {
    const bytes = await readSlice(record, body.blob, slice, storageTimeoutMs);
    if (isBroken(bytes)) throw new Error(bytes.fault);
    yield bytes;
  }
}

/** A stored body's bytes, verified; undefined when they are broken. */
export async function bytesOf(
  core: Core,
  entry: Entry,
): Promise<ArrayBuffer | undefined> {
  const whole = new Uint8Array(entry.record.length);
  let at = 0;
  try {
    for await (const bytes of slicesOf(core, entry)) {
      whole.set(new Uint8Array(bytes), at);
      at += bytes.byteLength;
    }
  } catch {
    return undefined;
  }
  return whole.buffer;
}

/** The stored beginning of a representation that a request wants whole. */
export const isBeginning = (policy: Policy, request: Request): boolean =>
  policy.status === 206 &&
  policy.record.first === 0 &&
  request.method === 'GET' &&
  !request.headers.has('range') &&
  selects(policy, request) === 'match';

/** The whole response, when the rest belongs to the same representation; undefined when it must be asked for anew. */
export async function completed(
  core: Core,
  visit: Visit,
  entry: Entry,
  arrival: Arrival,
): Promise<Arrival | undefined> {
  const { response } = arrival;
  const range = parseContentRange(response.headers.get('content-range'));
  const { length, total } = entry.record;
  const fits =
    range?.first === length &&
    range.total === total &&
    range.last === total - 1 &&
    sameRepresentation(entry, response);
  if (!fits || !response.body) return undefined;
  const all = { first: 0, last: length - 1 };
  const begin = await partStream(core, visit, entry, all);
  if (!(begin instanceof ReadableStream)) return undefined;
  const headers = freshen(entry, response);
  headers.delete('content-range');
  headers.set('content-length', String(total));
  const body = chained([begin, response.body], total);
  return {
    ...arrival,
    response: new Response(body, { status: 200, statusText: 'OK', headers }),
  };
}

/** One stream after the other; an error where they are shorter than announced. */
function chained(
  streams: readonly ReadableStream<Uint8Array>[],
  length: number,
): ReadableStream<Uint8Array> {
  const readers = streams.map((stream) => stream.getReader());
  let left = length;
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const { value } = (await readers[0]?.read()) ?? {};
        if (value) {
          left -= value.length;
          return controller.enqueue(value);
        }
        readers.shift();
        if (readers.length > 0) continue;
        if (left !== 0) throw new TypeError('mendbox: the rest is too short');
        return controller.close();
      }
    },
    async cancel(reason) {
      await Promise.all(readers.map((reader) => reader.cancel(reason)));
    },
  });
}
