/** Deadlines: one timer for all of them, because every lookup has one and hardly any is ever missed. */

interface Wait {
  /** By performance.now(), in milliseconds. */
  readonly until: number;
  readonly expire: () => void;
}

/** The longest time that a timer can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

const waits = new Set<Wait>();
let timer: ReturnType<typeof setTimeout> | undefined;
/** When the timer fires. */
let due = Infinity;

function arm(until: number): void {
  clearTimeout(timer);
  due = until;
  timer = setTimeout(expire, Math.min(until - performance.now(), LONGEST_MS));
}

/** Ends what has waited too long. A timer that nobody waits for any more is not set again. */
function expire(): void {
  const now = performance.now();
  let next = Infinity;
  due = Infinity;
  for (const wait of waits)
    if (wait.until > now) next = Math.min(next, wait.until);
    else if (waits.delete(wait)) wait.expire();
  if (next < due) arm(next);
}

/** Races a promise against a deadline in so many milliseconds; whatever the loser does later is ignored. */
export function withDeadline<T>(
  promise: Promise<T>,
  ms: number,
  onTimeout: () => Error = Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const wait: Wait = {
      until: performance.now() + ms,
      expire: () => reject(onTimeout()),
    };
    waits.add(wait);
    if (wait.until < due) arm(wait.until);
    promise.then(
      (value) => {
        waits.delete(wait);
        resolve(value);
      },
      (error: unknown) => {
        waits.delete(wait);
        reject(error);
      },
    );
  });
}
