/**
 * What is said of a wrong argument. It has words of its own: shared with problem.js, those of given.ts would be one file
 * more for a site without a bundler to copy.
 */

/** Throws a TypeError that names the options of a call, unless it is given no others. */
export function checkOptions(
  call: string,
  given: object,
  taken: readonly string[],
): void {
  const wrong =
    typeof given === 'object'
      ? Object.keys(given).find((name) => !taken.includes(name))
      : `a ${typeof given}`;
  if (wrong !== undefined)
    throw new TypeError(
      `mendbox: ${call} takes the options ${taken.join(', ')}, not ${wrong}`,
    );
}

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
