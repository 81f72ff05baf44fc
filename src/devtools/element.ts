/** Makes elements without markup, so that a page with Trusted Types may have the panel too. */

type Child = Node | string;

/** Makes an element with attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Makes a button. */
export function button(
  label: string,
  press: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = make('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', press);
  return made;
}

/** Makes a labelled list to choose from. */
export function choice(
  label: string,
  options: Readonly<Record<string, string>>,
): HTMLSelectElement {
  const items = Object.entries(options).map(([value, text]) =>
    make('option', { value }, text),
  );
  return make('select', { 'aria-label': label }, ...items);
}

/** Makes a section with a heading and what stands beside it; `name` is unique in the panel. */
export function section(
  name: string,
  title: string,
  beside: readonly Child[],
  ...content: readonly Child[]
): HTMLElement {
  const heading = make('h3', { id: name }, title);
  return make(
    'section',
    { class: name, 'aria-labelledby': name },
    make('header', {}, heading, ...beside),
    ...content,
  );
}

/** What an error says. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
