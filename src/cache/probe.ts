/**
 * The idle probe: what the memory tier answered is looked up on the disk once more when the worker is idle.
 *
 * A hit from memory never reads the disk, so it would never see that a record has rotted, and the rot would be met when
 * nothing but the network can mend it. The probe meets it while the verified bytes are still at hand: it writes them back.
 */
import type { Outcome } from '../fault.js';
import { baseOf } from '../store/memory.js';
import type { Broken, Draft, Entry } from '../store/records.js';
import { sealBuffer } from '../store/seal.js';
import type { Core } from './core.js';

/** How long the worker must have been idle, in milliseconds. */
const IDLE_MS = 200;

/** Probes what answered from memory. */
export class Probe {
  readonly #core: Core;
  readonly #pending = new Map<string, Entry>();
  #isCounted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Notes that an entry answered from memory. */
  note(entry: Entry): void {
    this.#pending.set(entry.record.key, entry);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), IDLE_MS);
  }

  async #run(): Promise<void> {
    const entries = [...this.#pending.values()];
    this.#pending.clear();
    for (const entry of entries) await this.#probe(entry);
    await this.#core.noteUses();
    // Once in a worker's life: what others dropped or damaged is still in the sums that the budget goes by.
    if (!this.#isCounted) await this.#core.store.recount();
    this.#isCounted = true;
  }

  async #probe(entry: Entry): Promise<void> {
    const core = this.#core;
    const { key, id } = entry.record;
    const base = baseOf(key);
    if (core.flights.storing(base)) return;
    const found = await core.store.find(base, (policies) =>
      policies.find(({ record }) => record.key === key),
    );
    if (found.is === 'broken')
      // Of another variant these are not the bytes.
      return found.key === key ? this.#mend(entry, found) : undefined;
    // Another worker replaced it, or somebody deleted it: memory does not outlive the truth.
    const isOther = found.is === 'entry' && found.entry.record.id !== id;
    if (isOther || found.is === 'none') core.memory.forget(key, id);
  }

  async #mend(entry: Entry, { fault, path, id }: Broken): Promise<void> {
    const core = this.#core;
    const found = performance.now();
    const isMended = await this.#rewrite(entry, id, found);
    const outcome: Outcome = isMended ? 'rewritten' : 'dropped';
    core.tell({
      url: entry.record.url,
      fault,
      path,
      phase: 'verify',
      outcome,
      durationMs: performance.now() - found,
    });
  }

  /** Writes the verified bytes back; false when they are not to be had any more, and nothing is kept. */
  async #rewrite(
    entry: Entry,
    id: string | undefined,
    since: number,
  ): Promise<boolean> {
    const core = this.#core;
    const { key, digests } = entry.record;
    const base = baseOf(key);
    const bytes = await bytesHeld(entry);
    core.memory.forget(key);
    const dropped = core.store.drop(key, id);
    core.flights.hold(base, dropped);
    if (!(await dropped)) return false;
    const sealed = bytes && sealBuffer(bytes, core.store.takesBlobs);
    if (sealed?.digests !== digests) return false;
    // It became invalid meanwhile, or there is something newer.
    if (core.hasChanged(since)) return false;
    const written = await core.store.write(
      draftFrom(entry, base, sealed),
      // Not of another variant.
      ({ record }) => record.key === key,
    );
    if (written.is !== 'stored') return false;
    if (written.record.form !== 'blob' && !core.hasChanged(since))
      core.memory.remember({ ...entry, record: written.record });
    return true;
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

function draftFrom(entry: Entry, base: string, body: Draft['body']): Draft {
  const { record } = entry;
  const { url, statusText, type, tags, first, total } = record;
  const part = record.status === 206 ? { part: { first, total } } : {};
  return { ...entry, base, url, statusText, type, tags, body, ...part };
}
