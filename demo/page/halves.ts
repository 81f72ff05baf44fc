/** What really lies in IndexedDB for a resource, read past the worker. */
import { peek } from '../../src/testing/index.js';
import { pathOf, type Resource } from '../resources.js';
import { bytes, sha256 } from './format.js';

/** One record, in a few words; `undefined` when it is not there. */
export interface Halves {
  readonly policy: string | undefined;
  readonly payload: string | undefined;
  /** What both records name as the write they come from; equal in a pair that belongs together. */
  readonly ids: readonly [policy: unknown, payload: unknown];
  /** The payload's body, if it is one. */
  readonly body: ArrayBuffer | Blob | undefined;
}

const field = (record: unknown, name: string): unknown =>
  typeof record === 'object' && record !== null
    ? Reflect.get(record, name)
    : undefined;

function describeBody(body: unknown): string {
  if (body instanceof Blob) return bytes(body.size);
  if (body instanceof ArrayBuffer) return bytes(body.byteLength);
  return body === null ? 'empty' : `a ${typeof body}`;
}

function describePolicy(policy: unknown): string {
  const status = field(policy, 'status');
  const shown = typeof status === 'string' ? `"${status}"` : String(status);
  return `status ${shown}`;
}

/** Reads both records of a resource. */
export async function readHalves(resource: Resource): Promise<Halves> {
  const [pair] = await peek(pathOf(resource));
  const body = field(pair?.payload, 'body');
  const isBody = body instanceof Blob || body instanceof ArrayBuffer;
  return {
    policy:
      pair?.policy === undefined ? undefined : describePolicy(pair.policy),
    payload: pair?.payload === undefined ? undefined : describeBody(body),
    ids: [field(pair?.policy, 'id'), field(pair?.payload, 'id')],
    body: isBody ? body : undefined,
  };
}

/** The bytes of the stored body as they lie there; `undefined` when there are none. */
export async function bodyOf({
  body,
}: Halves): Promise<ArrayBuffer | undefined> {
  return body instanceof Blob ? body.arrayBuffer() : body;
}

/** The SHA-256 of the stored body; `undefined` when there are no bytes. */
export async function storedDigest(
  halves: Halves,
): Promise<string | undefined> {
  const body = await bodyOf(halves);
  return body && sha256(body);
}

const POLL_MS = 60;
const PATIENCE_MS = 5000;

/** Whether a write that came after `before` lies there whole. */
function isWritten({ ids }: Halves, before: Halves | undefined): boolean {
  const [policy, payload] = ids;
  return (
    policy !== undefined && policy === payload && !before?.ids.includes(policy)
  );
}

/**
 * Waits for the next whole write of both records, for they are written behind
 * the answer; gives what is there when patience ends.
 */
export async function awaitWritten(
  resource: Resource,
  before: Halves | undefined,
): Promise<Halves> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const halves = await readHalves(resource);
    if (isWritten(halves, before) || performance.now() > end) return halves;
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
}
