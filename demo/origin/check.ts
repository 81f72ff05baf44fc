/** Answers the requests of the checks: each with its number, by the token of the run. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CHECKS } from '../checks.js';

/** Runs that are remembered. */
const KEPT = 500;

const asked = new Map<string, number>();

function count(token: string): number {
  const number = (asked.get(token) ?? 0) + 1;
  asked.set(token, number);
  const [oldest] = asked.keys();
  if (asked.size > KEPT && oldest !== undefined) asked.delete(oldest);
  return number;
}

/** How many requests of a run have arrived. */
export const countOf = (url: URL): string =>
  String(asked.get(url.searchParams.get('token') ?? '') ?? 0);

/** Answers one request of a check. */
export function answerCheck(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { searchParams } = url;
  const check = CHECKS.find(({ id }) => id === searchParams.get('id'));
  const number = count(searchParams.get('token') ?? '');
  const move = check?.moves[number - 1] ?? check?.moves.at(-1);
  const fields = move?.answer ?? {};
  for (const [name, value] of Object.entries(fields))
    response.setHeader(name, value);
  const { range, 'if-none-match': tag } = request.headers;
  if (tag !== undefined && tag === fields['ETag']) {
    response.writeHead(304).end();
    return;
  }
  const body = `${number}. answer of the origin\n`;
  response.setHeader('Content-Type', 'text/plain');
  if (range !== 'bytes=0-3') {
    response.end(body);
    return;
  }
  response.setHeader('Content-Range', `bytes 0-3/${body.length}`);
  response.writeHead(206).end(body.slice(0, 4));
}
