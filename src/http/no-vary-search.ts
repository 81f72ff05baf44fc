/** No-Vary-Search: which parts of a query do not make another resource (draft-ietf-httpbis-no-vary-search). */
import { parseDictionary, type Member } from './structured-fields.js';
import { targetUrl } from './target.js';

interface Rule {
  readonly ignoresOrder: boolean;
  readonly ignores: (name: string) => boolean;
}

/** The URL without its fragment in a form that is the same for all URLs that the field's rule makes equivalent. */
export function noVarySearchKey(
  url: string,
  noVarySearch: string | null,
): string {
  const parsed = targetUrl(url);
  if (!parsed) return url;
  const rule = noVarySearch === null ? undefined : parseRule(noVarySearch);
  if (!rule) return parsed.href;
  const kept = [...parsed.searchParams].filter(([name]) => !rule.ignores(name));
  if (rule.ignoresOrder) kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  parsed.search = new URLSearchParams(kept).toString();
  return parsed.href;
}

/** Undefined where every difference counts: no rule, or one that is not understood. */
function parseRule(field: string): Rule | undefined {
  const members = parseDictionary(field);
  if (!members) return undefined;
  const ignoresOrder = members.get('key-order') ?? false;
  const params = members.get('params') ?? false;
  const except = members.get('except');
  // "except" only says what a bare "params" does not cover.
  if (except !== undefined && params !== true) return undefined;
  const isAllBut = params === true;
  const names = namesOf(typeof params === 'boolean' ? except : params);
  if (typeof ignoresOrder !== 'boolean' || !names) return undefined;
  const isDefault = names.size === 0 && !isAllBut && !ignoresOrder;
  const ignores = (name: string): boolean => names.has(name) !== isAllBut;
  return isDefault ? undefined : { ignoresOrder, ignores };
}

/** The names are written as in a query, so `+` and `%20` both stand for a space. */
function namesOf(list: Member | undefined = []): Set<string> | undefined {
  if (!Array.isArray(list)) return undefined;
  const names = new Set<string>();
  for (const item of list) {
    if (typeof item !== 'string') return undefined;
    const escaped = item.replace(/&/g, '%26').replace(/=/g, '%3D');
    names.add([...new URLSearchParams(`${escaped}=`).keys()][0] ?? '');
  }
  return names;
}
