import type { WorkboxPlugin } from 'workbox-core/types.js';

/** One call of a plugin's callback: its name and what it was told. */
export type Call = readonly [name: string, told: Record<string, unknown>];

const NAMES = [
  'cacheDidUpdate',
  'cachedResponseWillBeUsed',
  'cacheKeyWillBeUsed',
  'cacheWillUpdate',
  'fetchDidFail',
  'fetchDidSucceed',
  'handlerDidComplete',
  'handlerDidError',
  'handlerDidRespond',
  'handlerWillRespond',
  'handlerWillStart',
  'requestWillFetch',
] as const;

/** What each callback gives back unchanged. */
const PASSED: Readonly<Record<string, string>> = {
  cachedResponseWillBeUsed: 'cachedResponse',
  cacheKeyWillBeUsed: 'request',
  cacheWillUpdate: 'response',
  fetchDidSucceed: 'response',
  handlerWillRespond: 'response',
  requestWillFetch: 'request',
};

function shape(name: string, value: unknown): unknown {
  if (value instanceof Request) return `${value.method} ${value.mode}`;
  if (value instanceof Response) return `${value.status}`;
  if (value instanceof Error) return value.name;
  if (value instanceof Event) return value.type;
  // One object for each plugin and request: it counts the calls.
  if (name === 'state') {
    const state = value as { calls?: number };
    state.calls = (state.calls ?? 0) + 1;
    return state.calls;
  }
  return value === undefined ? 'undefined' : value;
}

/** A plugin that listens to all twelve callbacks and writes them down. */
export function recorder(calls: Call[]): WorkboxPlugin {
  const entries = NAMES.map((name) => [
    name,
    async (told: Record<string, unknown>) => {
      const facts = Object.entries(told)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => [key, shape(key, value)]);
      calls.push([name, Object.fromEntries(facts)]);
      return told[PASSED[name] ?? ''];
    },
  ]);
  return Object.fromEntries(entries) as WorkboxPlugin;
}
