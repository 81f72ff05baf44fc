/** The state page: what a worker knows of itself as plain text, for a phone on which there are no developer tools. */
import { asked } from '../cache/realm.js';
import { list } from '../cache/reply.js';
import { latest } from '../cache/tell.js';

declare const self: ServiceWorkerGlobalScope;

/** Whether a request asks for the state page: `__mendbox` in the worker's scope. */
export const isForState = ({ url }: Request): boolean =>
  url === `${self.registration.scope}__mendbox`;

/**
 * The counts of all caches of this worker, their latest events and every stored response as indented JSON: URLs, but no
 * fields and no bodies.
 */
export async function state(): Promise<Response> {
  const all = asked();
  const shown = all && {
    ...(await all.stats()),
    events: latest,
    stored: await list(all),
  };
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  };
  return new Response(JSON.stringify(shown, null, 1), { headers });
}
