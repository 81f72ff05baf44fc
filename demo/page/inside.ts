/** Puts the panel on the page, and tells the page what its buttons did. */
import { MendboxPanel } from '../../src/devtools/index.js';
import { findOf } from './dom.js';
import { OFFLINE_COOKIE } from '../resources.js';

/** Lets the demo's origin hang up on this browser, or answer again; the cookie goes with the worker's requests too. */
function goOffline(isOffline: boolean): void {
  // oxlint-disable-next-line unicorn/no-document-cookie -- the CookieStore is not in every browser that this runs in
  document.cookie = `${OFFLINE_COOKIE}=1; path=/; SameSite=Strict; Max-Age=${isOffline ? 600 : 0}`;
}

/** Wires the panel; `changed` is called with a button's label when it has done something to the cache. */
export function wirePanel(changed: (did: string) => void): void {
  const panel = findOf(MendboxPanel, 'mendbox-panel');
  // A reload ends it, or the next visit would find an origin that is silent without a reason.
  goOffline(false);
  panel.offline = goOffline;
  panel.addEventListener('mendbox-change', ({ detail }) => changed(detail.did));
}
