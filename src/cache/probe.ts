/**
 * The idle probe: what the memory tier answered is looked up on the disk once more when the worker is idle.
 *
 * A hit from memory never reads the disk, so it would never see that a record has rotted, and the rot would be met when
 * nothing but the network can mend it. The probe meets it while the verified bytes are still at hand: it writes them back.
 */
import type { Broken, Draft, Entry, Policy } from '../store/records.js';
import { sealBuffer } from '../store/seal.js';
import { baseOf } from '../store/variant.js';
import type { Core } from './core.js';
import type { Flight } from './flight.js';
import { writeDraft } from './write.js';

/** How long the worker must have been idle, in milliseconds. */
const IDLE_MS = 200;

/** How long it may be busy before it is probed all the same, in milliseconds. */
const BUSY_MS = 2_000;

/** Probes what answered from memory. */
export class Probe {
  readonly #core: Core;
  /** The ids of what is to be probed, by key: bodies that memory lets go of are not held here. */
  readonly #pending = new Map<string, string>();
  #isCounted = false;
  /** When something answered last, and when the first of what is pending did, by performance.now(), in milliseconds. */
  #notedAt = 0;
  #firstAt = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Notes that an entry answered from memory. */
  note({ record }: Entry): void {
    this.#notedAt = performance.now();
    if (this.#pending.size === 0) {
      this.#firstAt = this.#notedAt;
      this.#wait();
    }
    this.#pending.set(record.key, record.id);
  }

  #wait(): void {
    setTimeout(() => {
      const now = performance.now();
      const isIdle = now - this.#notedAt >= IDLE_MS;
      if (isIdle || now - this.#firstAt > BUSY_MS) void this.#run();
      else this.#wait();
    }, IDLE_MS);
  }

  async #run(): Promise<void> {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [key, id] of pending) await this.#probe(key, id);
    await this.#core.uses.write();
    // Once in a worker's life: what others dropped or damaged is still in the sums that the budget goes by.
    if (!this.#isCounted) await this.#core.store.recount();
    this.#isCounted = true;
  }

  async #probe(key: string, id: string): Promise<void> {
    const core = this.#core;
    const base = baseOf(key);
    const entry = core.memory
      .entries(base)
      .find(({ record }) => record.key === key && record.id === id);
    if (!entry || core.flights.storing(base)) return;
    const found = await core.store.find(base, (policies) =>
      policies.find(({ record }) => record.key === key),
    );
    // What was dropped meanwhile is not written back.
    if (!core.memory.entries(base).includes(entry)) return;
    if (found.is === 'broken')
      // Of another variant these are not the bytes.
      return found.key === key ? this.#mend(entry, found) : undefined;
    // Another worker replaced it, or somebody deleted it: memory does not outlive the truth.
    const isOther = found.is === 'entry' && found.entry.record.id !== id;
    if (isOther || found.is === 'none') core.memory.forget(key, id);
  }

  async #mend(entry: Entry, broken: Broken): Promise<void> {
    const core = this.#core;
    const foundAt = performance.now();
    const { key, url } = entry.record;
    const flight = core.flights.begin(baseOf(key));
    const rewritten = this.#rewrite(entry, broken.id, flight);
    flight.store(rewritten);
    const outcome = (await rewritten) ? 'rewritten' : 'dropped';
    core.tell(broken, foundAt, { url, phase: 'verify', outcome });
  }

  /** Writes the verified bytes back; false when they are not to be had any more, and nothing is kept. */
  async #rewrite(
    entry: Entry,
    id: string | undefined,
    flight: Flight,
  ): Promise<boolean> {
    const core = this.#core;
    const { key, digests } = entry.record;
    const bytes = await bytesHeld(entry);
    core.memory.forget(key);
    if (!(await core.store.drop(key, id))) return false;
    const sealed = bytes && sealBuffer(bytes, core.store.takesBlobs);
    if (sealed?.digests !== digests) return false;
    const draft = draftFrom(entry, baseOf(key), sealed);
    // Not of another variant.
    const replaces = ({ record }: Policy): boolean => record.key === key;
    return (await writeDraft(core, draft, flight, { replaces })) === 'stored';
  }
}

/** The bytes of a body that the memory tier holds; undefined when its file is gone. */
async function bytesHeld({ body }: Entry): Promise<ArrayBuffer | undefined> {
  switch (body.is) {
    case 'none':
      return new ArrayBuffer(0);
    case 'buffer':
      return body.buffer;
    case 'blob':
      return body.blob.arrayBuffer().catch(() => undefined);
  }
}

/** What a draft has beside an entry is in its record. */
function draftFrom(entry: Entry, base: string, body: Draft['body']): Draft {
  const { record } = entry;
  const part = entry.status === 206 ? { part: record } : {};
  return { ...record, ...entry, base, body, ...part };
}
