/** Finds what the page must have; a missing element is a mistake in index.html. */

/** The first element that matches and is of this class. */
export function findOf<T extends HTMLElement>(
  type: abstract new () => T,
  selector: string,
  root: ParentNode = document,
): T {
  const element = root.querySelector(selector);
  if (element instanceof type) return element;
  throw new TypeError(`the page has no ${selector}`);
}

/** The first element that matches. */
export const find = (selector: string, root?: ParentNode): HTMLElement =>
  findOf(HTMLElement, selector, root);

/** Makes an element with text and attributes. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** What an error says. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
