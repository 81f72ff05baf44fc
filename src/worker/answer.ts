/** Answers what the page asks of the worker. */
import type { HealingCache } from '../cache/cache.js';
import type { Answers, AskName, Asks, Reply } from '../messages.js';
import type { EntryInfo } from '../report.js';

/** Every stored response, without its body. */
export async function list(cache: HealingCache): Promise<EntryInfo[]> {
  const entries: EntryInfo[] = [];
  for await (const entry of cache.entries()) entries.push(entry);
  return entries;
}

async function valueOf(
  cache: HealingCache,
  ask: Asks[AskName],
  report: (progress: number) => void,
): Promise<Answers[AskName]> {
  switch (ask.ask) {
    // The counts name the versions as well.
    case 'stats':
    case 'version':
      return cache.stats();
    case 'entries':
      return list(cache);
    case 'forget':
      cache.forget();
      return true;
    case 'purge':
      return cache.purge(ask.filter);
    case 'verify':
      return cache.verify(ask.options);
    case 'warm':
      return cache.warm(ask.urls, ask.progress ? report : undefined);
  }
}

/** Does what is asked; a failure becomes a reply too. */
export async function answer(
  cache: HealingCache,
  ask: Asks[AskName],
  report: (progress: number) => void,
): Promise<Reply> {
  try {
    return { ok: true, value: await valueOf(cache, ask, report) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, error: `The ask '${ask.ask}' failed: ${why}` };
  }
}
