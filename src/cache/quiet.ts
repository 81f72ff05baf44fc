/** Storing steps back behind the answers that the same thread is still handing out. */
import { withDeadline } from '../store/deadline.js';

/** So many tasks after an answer its body, when it is small, has left the thread (Chromium 156). */
const TASKS = 3;

/** The longest that work steps back, in milliseconds: a thread may never be idle. */
const PATIENCE_MS = 100;

async function idle(): Promise<void> {
  for (let n = 0; n < TASKS; n++)
    // WebKitGTK 2.50 has no scheduler.
    await globalThis.scheduler?.postTask(() => undefined, {
      priority: 'background',
    });
}

/**
 * The same result, once the thread has nothing better to do, or soon anyway; rejects as `work` does, at once. What is stored
 * of a small miss would make its page wait a sixth longer, were it written at once. A lookup of the same URL waits for it.
 */
export async function behind<T>(work: Promise<T> | T): Promise<T> {
  const result = await work;
  await withDeadline(idle(), PATIENCE_MS).catch(() => undefined);
  return result;
}
