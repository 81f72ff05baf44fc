/** What is said of a wrong argument: of which call, what that takes, and what it was given. */

/**
 * What the fields of an argument take: `name: type`, or `name: value` for each of its values, a text in quotes. It is
 * both compared and shown.
 */
export type Takes<Given> = readonly `${keyof Given & string}: ${string}`[];

/**
 * What is wrong with an argument; undefined when it is an object whose fields are all known and right. Values are never
 * repeated.
 */
export function wrongIn(
  call: string,
  given: unknown,
  takes: readonly string[],
): string | undefined {
  const isRight = ([name, value]: [string, unknown]): boolean =>
    value === undefined ||
    [
      typeof value,
      Object(value).constructor?.name,
      typeof value === 'string' ? `"${value}"` : value === true,
    ].some((kind) => takes.includes(`${name}: ${kind}`));
  const object = Object(given);
  const [wrong] =
    object === given && !Array.isArray(given)
      ? Object.entries(object)
          .filter((field) => !isRight(field))
          .map(([name, value]) => `${name}: ${typeof value}`)
      : [String((given as object | null)?.constructor.name ?? given)];
  return wrong && `${call} takes { ${takes.join(', ')} }, not ${wrong}`;
}
