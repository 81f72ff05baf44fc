/** What a row cannot know: the names under which it runs. */
export interface Names {
  /** The path of the row's own URL. */
  readonly case: string;
  readonly origin: string;
  readonly elsewhere: string;
}

/** Puts in `{case}`, the row's own URL, and `{origin}` and `{elsewhere}`, the two origins. */
export const fill = (value: string, names: Names): string =>
  value
    .replace('{case}', names.case)
    .replace('{origin}', names.origin)
    .replace('{elsewhere}', names.elsewhere);
