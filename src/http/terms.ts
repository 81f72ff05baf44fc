/** What a stored response's directives say about its reuse, parsed once for each stored response. */
import { once } from '../once.js';
import { deltaSeconds } from './cache-control.js';
import { listNames } from './list.js';
import type { ResponseView } from './message.js';
import { governing, type Governing } from './targeted.js';

/** The terms of reuse that a response sets (RFC 9111 section 5.2.2, RFC 5861, RFC 8246). */
export interface Terms {
  /** All directives, and the field that they come from. */
  readonly rules: Governing;
  /** Not to be used at all (section 5.2.2.5): a 304 or a HEAD may have said so since it was stored. */
  readonly noStore: boolean;
  /** Unqualified `no-cache`: never without validation (section 5.2.2.4). */
  readonly noCache: boolean;
  /** Never once stale (section 5.2.2.2). */
  readonly mustRevalidate: boolean;
  /** Not asked about while fresh (RFC 8246). */
  readonly immutable: boolean;
  /** In seconds after freshness ends; 0 if absent (RFC 5861 section 3). */
  readonly staleWhileRevalidate: number;
  /** In seconds after freshness ends; undefined if absent (RFC 5861 section 4). */
  readonly staleIfError: number | undefined;
}

/** The terms of a stored response, whose header fields must not change afterwards. */
export const termsOf = once(({ headers }: ResponseView): Terms => {
  const rules = governing(headers);
  const { directives } = rules;
  const noCache = directives.get('no-cache');
  return {
    rules,
    // "SHOULD ignore the no-store directive if it understands" the status: else it was never stored (section 5.2.2.3).
    noStore: directives.has('no-store') && !directives.has('must-understand'),
    noCache: noCache !== undefined && withheldFields(noCache).length === 0,
    // proxy-revalidate and s-maxage speak to shared caches only.
    mustRevalidate: directives.has('must-revalidate'),
    immutable: directives.has('immutable'),
    staleWhileRevalidate:
      deltaSeconds(directives.get('stale-while-revalidate')) ?? 0,
    staleIfError: deltaSeconds(directives.get('stale-if-error')),
  };
});

/** Fields that the cache itself lives by: a response without them would be taken for another one. */
export const INDISPENSABLE: ReadonlySet<string> = new Set([
  'age',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'sw-cache-control',
  'vary',
]);

/**
 * The fields that a qualified `no-cache="..."` keeps from being reused; none if it is unqualified (section 5.2.2.4).
 *
 * A list that names nothing, no field, or an indispensable one is taken as unqualified, which is the stricter reading.
 */
export function withheldFields(
  noCache: string | true | undefined,
): readonly string[] {
  if (typeof noCache !== 'string') return [];
  const names = listNames(noCache);
  const understood = names.every(
    (name) =>
      // `no-cache=true` is a mistake for the bare directive.
      /^[a-z][a-z0-9_-]*$/.test(name) &&
      name !== 'true' &&
      !INDISPENSABLE.has(name),
  );
  return understood ? names : [];
}
