/** Fetches a resource, times it, and proves its bytes. */
import { ORIGIN_PATH, pathOf, type Resource } from '../resources.js';
import { provenanceOf, type Provenance, type Source } from './cache-status.js';
import { sha256 } from './format.js';

/** Whether the bytes are the origin's; `unknown` when the origin could not be asked. */
export type Proof = 'equal' | 'different' | 'unknown';

/** An answer, read to its end. */
export interface Reading extends Provenance {
  readonly resource: Resource;
  readonly status: number;
  /** From the call of fetch() to the last byte, in milliseconds. */
  readonly ms: number;
  readonly body: ArrayBuffer;
  readonly sha256: string;
  readonly expected: string;
  readonly proof: Proof;
  /** The Cache-Status field as it came. */
  readonly raw: string;
}

/** A fetch that gave no answer, or a body that broke off. */
export interface Failure {
  readonly resource: Resource;
  readonly error: string;
}

/** Asks the origin itself, past every cache. */
export async function expectedDigest({
  name,
}: Pick<Resource, 'name'>): Promise<string> {
  try {
    const answer = await fetch(`${ORIGIN_PATH}digest?name=${name}`, {
      cache: 'no-store',
    });
    return answer.ok ? await answer.text() : '';
  } catch {
    return '';
  }
}

function compare(actual: string | undefined, expected: string): Proof {
  if (!actual || !expected) return 'unknown';
  return actual === expected ? 'equal' : 'different';
}

/** Fetches one resource as the page would, and compares the bytes with what the origin says they are. */
export async function measure(
  resource: Resource,
  cache: RequestCache,
): Promise<Reading | Failure> {
  const start = performance.now();
  try {
    // Only a same-origin request may use only-if-cached, and this one is.
    const mode = cache === 'only-if-cached' ? 'same-origin' : 'cors';
    const answer = await fetch(pathOf(resource), { cache, mode });
    const body = await answer.arrayBuffer();
    const ms = performance.now() - start;
    const [actual, expected] = await Promise.all([
      sha256(body),
      expectedDigest(resource),
    ]);
    return {
      resource,
      status: answer.status,
      ms,
      body,
      sha256: actual ?? '',
      expected,
      proof: answer.ok ? compare(actual, expected) : 'unknown',
      raw: answer.headers.get('Cache-Status') ?? '',
      ...provenanceOf(answer.headers),
    };
  } catch (error) {
    return { resource, error: String(error) };
  }
}

export type { Source };
