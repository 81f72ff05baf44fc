/**
 * What somebody else may have to say about one request on its way: the seam through which HealingStrategy runs Workbox's
 * plugins. A request without hooks pays nothing for them.
 *
 * Only `fetch` may reject. No hook widens what RFC 9111 allows: what may not be stored is not offered to `willStore`,
 * and what it gives in exchange is judged again.
 */
import { IS_READY_MADE } from '../ready-made.js';

/** All of them are optional. */
export interface Hooks {
  /** The URL under which the response is looked up, in place of the request's own. */
  readonly url?: string | undefined;
  /** The URL under which a response is stored, asked when it is. */
  readonly urlToStore?: (() => Promise<string>) | undefined;
  /** The URLs under which the responses of a URL are looked up and stored; what invalidates it invalidates them. */
  readonly urlsOf?: ((url: string) => Promise<readonly string[]>) | undefined;
  /** The network. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  /**
   * Sees the stored response that is about to answer, or that there is none; what it gives answers. Undefined: the
   * network is asked.
   */
  readonly willUse?:
    | ((stored: Response | undefined) => Promise<Response | undefined>)
    | undefined;
  /** Sees a copy of what is about to be stored, behind the answer; what it gives is stored, undefined forbids it. */
  readonly willStore?:
    ((response: Response) => Promise<Response | undefined>) | undefined;
  /** Sees what is stored now, and what it replaced. */
  readonly didStore?:
    | ((old: Response | undefined, stored: Response) => Promise<void>)
    | undefined;
}

interface Hooked {
  readonly hooks: Hooks | undefined;
}

/** The hooks of one request. */
export const hooksOf = (visit: Hooked): Hooks | undefined =>
  IS_READY_MADE ? undefined : visit.hooks;

/** The hooks of work behind an answer that was given already. */
export const hooksBehind = (visit: Hooked): Hooks | undefined => {
  const hooks = hooksOf(visit);
  return hooks && { ...hooks, willUse: undefined };
};
