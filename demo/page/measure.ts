/** Fetches a resource, times it, and proves its bytes. */
import {
  currentAge,
  freshnessLifetime,
  parseCacheControl,
} from '../../src/http/index.js';
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
    // Past mendbox too, which would count it among what was sent to the network.
    const answer = await fetch(
      `${ORIGIN_PATH}digest?name=${name}&mendbox-bypass`,
      { cache: 'no-store' },
    );
    return answer.ok ? await answer.text() : '';
  } catch {
    return '';
  }
}

/** What is left of an answer's freshness lifetime, in seconds (RFC 9111 section 4.2); undefined where it may not be stored. */
function freshFor(
  { status, headers }: Response,
  requestTime: number,
): number | undefined {
  const control = headers.get('Cache-Control') ?? '';
  if (parseCacheControl(control).has('no-store')) return undefined;
  const responseTime = Date.now();
  const requestHeaders = new Headers();
  const stored = { status, headers, requestHeaders, requestTime, responseTime };
  return Math.round(
    freshnessLifetime(stored) - currentAge(stored, responseTime),
  );
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
  const requestTime = Date.now();
  try {
    // Only a same-origin request may use only-if-cached, and this one is.
    const mode = cache === 'only-if-cached' ? 'same-origin' : 'cors';
    const answer = await fetch(pathOf(resource), { cache, mode });
    const ttl = freshFor(answer, requestTime);
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
      // Only a hit says it by itself.
      ...(ttl !== undefined && { ttl }),
      ...provenanceOf(answer.headers),
    };
  } catch (error) {
    return { resource, error: String(error) };
  }
}

export type { Source };
