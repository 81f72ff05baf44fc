/** Which field governs this cache: SW-Cache-Control before Cache-Control (RFC 9213). */
import { parseCacheControl, type Directives } from './cache-control.js';
import { parseDictionary } from './structured-fields.js';

/** The one member of this cache's target list (RFC 9213 section 2.2): origins can address the worker alone with it. */
const TARGETED_FIELD = 'sw-cache-control';

/** The governing response directives, and whether they came from the targeted field. */
export interface Governing {
  readonly directives: Directives;
  /** True: "MUST ignore the Cache-Control and Expires header fields" (RFC 9213 section 2.2). */
  readonly targeted: boolean;
}

/** The response directives that this cache obeys (RFC 9111 section 5.2.2, RFC 9213 section 2.2). */
export function governing(headers: Headers): Governing {
  const directives = parseTargeted(headers.get(TARGETED_FIELD));
  if (directives) return { directives, targeted: true };
  return {
    directives: parseCacheControl(headers.get('cache-control')),
    targeted: false,
  };
}

/** "If the field is empty or a parsing error is encountered, it MUST be ignored." */
function parseTargeted(value: string | null): Directives | undefined {
  const members = value === null ? undefined : parseDictionary(value);
  if (!members || members.size === 0) return undefined;
  const directives = new Map<string, string | true>();
  for (const [name, item] of members) {
    if (item === false) continue;
    // A list where none is expected says nothing, but its name still forbids.
    if (item === true || Array.isArray(item)) directives.set(name, true);
    else if (typeof item === 'object') directives.set(name, item.token);
    else directives.set(name, String(item));
  }
  return directives;
}
