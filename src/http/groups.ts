/** Groups of stored responses that become invalid together (RFC 9875). */
import { isSafe } from './invalidation.js';
import type { RequestView, ResponseView } from './message.js';
import { parseStrings } from './structured-fields.js';

const listed = (headers: Headers, name: string): string[] =>
  parseStrings(headers.get(name) ?? '') ?? [];

/** The groups that a response makes invalid (RFC 9875 section 3). */
export function invalidatedGroups(
  { method }: RequestView,
  { headers }: ResponseView,
): string[] {
  // "The Cache-Group-Invalidation header field MUST be ignored on responses to requests that have a safe method"
  return isSafe(method) ? [] : listed(headers, 'cache-group-invalidation');
}

/** Whether a response is of one of these groups; they are compared character by character (RFC 9875 section 2.1). */
export const isInGroup = (
  { headers }: Pick<ResponseView, 'headers'>,
  groups: readonly string[],
): boolean =>
  listed(headers, 'cache-groups').some((group) => groups.includes(group));
