/** Throws a TypeError that names what a call takes, unless it is given one of these. */
export function checkChoice(
  call: string,
  given: unknown,
  taken: readonly string[],
): void {
  if (taken.some((each) => each === given)) return;
  throw new TypeError(
    `mendbox: ${call} takes ${taken.join(', ')}, not ${String(given)}`,
  );
}
