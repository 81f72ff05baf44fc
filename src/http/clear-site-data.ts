/** Clear-Site-Data (W3C), as far as it speaks of caches. */
import { listMembers } from './list.js';

/**
 * Whether a response asks for everything cached of its origin to be dropped; Chromium removes the field before a worker
 * sees it.
 */
export function clearsCache(headers: Headers): boolean {
  const types = listMembers(headers.get('clear-site-data'));
  // The types are quoted strings: an unquoted one is not known.
  return types.includes('"cache"') || types.includes('"*"');
}
