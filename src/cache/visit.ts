/** One request's way through the cache, and the closed union of what may come next. */
import type {
  CacheStatus,
  Forwarded,
  RequestView,
  Reuse,
} from '../http/index.js';
import type { Broken, Entry, Policy } from '../store/records.js';
import type { Hooks } from './hooks.js';

/** What mendbox needs of a FetchEvent; Workbox and Serwist hand one in, and so can anybody else. */
export interface FetchEventLike {
  waitUntil(promise: Promise<unknown>): void;
  /** Navigation preload (Service Workers, section 4.6.4), used as the network's answer. */
  readonly preloadResponse?: Promise<unknown>;
}

/** Keeps the worker, and its place, until the work is done; browsers end that after minutes. */
export function keepAlive(
  event: FetchEventLike | undefined,
  work: Promise<unknown>,
): void {
  try {
    event?.waitUntil(work);
  } catch {
    // The event is over: the work goes on for as long as the worker lives.
  }
}

/** A request on its way. */
export interface Visit {
  readonly request: Request;
  /** The request as the store is asked: the cache's mode may change its `cache`. */
  readonly view: RequestView;
  /** Cloned before the lookup: what a replay sends. */
  readonly clone: Request;
  /** The base of the keys of its URL's responses; see store/variant.ts. */
  readonly base: string;
  /** What the option `partition` says of it; asked once, before anything is sent. */
  readonly partition: string | null;
  readonly event: FetchEventLike | undefined;
  /** When it arrived, by performance.now(), in milliseconds. */
  readonly startedAt: number;
  /** What goes on behind the answer. */
  readonly background: Promise<unknown>[];
  /** What Cache-Status will say. */
  status: CacheStatus;
  /** Whether it has waited for another request of the same URL already. */
  joined: boolean;
  /** The drop of what was broken: a write behind the replay waits for it. */
  dropped: Promise<unknown> | undefined;
  /** What somebody else has to say. */
  hooks: Hooks | undefined;
  /** Whether respondWith() takes the answer as it is, so that nobody but the browser reads its body. */
  readonly isDirect: boolean;
}

/** What a visit begins with, beside its request. */
export interface Start extends Partial<
  Pick<Visit, 'event' | 'hooks' | 'isDirect'>
> {
  readonly isUnsafe?: boolean;
}

/** Why a request goes to the network without a stored response. */
export type Why = (Reuse<Policy> & { is: 'miss' })['why'];

/** What comes next; each stage takes one and returns another. */
export type Step =
  | { readonly is: 'lookup' }
  /** What is stored may answer: now, and is validated behind the answer, or once it is validated; or nobody may. */
  | Exclude<Reuse<Entry>, { is: 'miss' }>
  /** The origin takes too long to validate: the entry answers, and `next` is waited for behind it. */
  | {
      readonly is: 'late';
      readonly entry: Entry;
      readonly visit: Visit;
      readonly next: Promise<Step>;
    }
  /** Nothing stored may answer; `beginning` is a stored first part of what is wanted. */
  | { readonly is: 'miss'; readonly why: Why; readonly beginning?: Entry }
  /** A stored response that may not be used. */
  | Broken
  /** A store that cannot be used. */
  | { readonly is: 'store-fault' }
  | { readonly is: 'done'; readonly response: Response };

/** Every step but the last one. */
export type Unfinished = Exclude<Step, { is: 'done' }>;

/** The last step of all. */
export const done = (response: Response): Step => ({ is: 'done', response });

/** What Cache-Status says of a visit that goes to the network; one that has waited for another's answer did so in vain. */
export const forwarding = (
  { status, joined }: Visit,
  fwd: Forwarded,
): CacheStatus => ({ ...status, fwd, ...(joined && { collapsed: false }) });
