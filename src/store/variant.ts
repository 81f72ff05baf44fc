/**
 * The keys of one URL's responses: the first lies under the URL's own key, which everywhere is called its base, further
 * variants under `BASE #2`, `BASE #3`... A URL holds no space, so no other URL's key lies in between.
 */

/** The key of the variant with a number, from 1 on. */
export const variantKey = (base: string, n: number): string =>
  n === 1 ? base : `${base} #${n}`;

/** The base of a key: without the number of the variant. */
export function baseOf(key: string): string {
  const variant = key.lastIndexOf(' #');
  return variant < 0 ? key : key.slice(0, variant);
}

/** Every key of one URL. */
export const keysOf = (base: string): IDBKeyRange =>
  IDBKeyRange.bound(base, `${base} \uffff`);
