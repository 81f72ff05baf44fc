/** Answers what a page asks of its worker. */
import type { Answers, AskName, Asks, Reply } from '../messages.js';
import type { EntryInfo } from '../report.js';
import type { Upkeep } from './upkeep.js';

/** What can be asked: one cache, or several as if they were one. */
export type Asked = Pick<
  Upkeep,
  'stats' | 'entries' | 'forget' | 'purge' | 'verify' | 'warm'
>;

/** Every stored response, without its body. */
export async function list(asked: Asked): Promise<EntryInfo[]> {
  const entries: EntryInfo[] = [];
  for await (const entry of asked.entries()) entries.push(entry);
  return entries;
}

async function valueOf(
  asked: Asked,
  ask: Asks[AskName],
  report: (progress: number) => void,
): Promise<Answers[AskName]> {
  switch (ask.ask) {
    // The counts name the versions as well.
    case 'stats':
    case 'version':
      return asked.stats();
    case 'entries':
      return list(asked);
    case 'forget':
      asked.forget();
      return true;
    case 'purge':
      return asked.purge(ask.filter);
    case 'verify':
      return asked.verify(ask.options);
    case 'warm':
      return asked.warm(ask.urls, ask.progress ? report : undefined);
  }
}

/** Does what is asked; a failure becomes a reply too. */
export async function replyTo(
  asked: Asked,
  ask: Asks[AskName],
  report: (progress: number) => void,
): Promise<Reply> {
  try {
    return { ok: true, value: await valueOf(asked, ask, report) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, error: `The ask '${ask.ask}' failed: ${why}` };
  }
}
