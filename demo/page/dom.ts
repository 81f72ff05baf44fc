/** Finds what the page must have; a missing element is a mistake in index.html. */

export { make, messageOf } from '../../src/devtools/element.js';

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
