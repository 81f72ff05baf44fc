/** Nominated request fields and the selection among variants (RFC 9111 section 4.1). */
import { digestText } from '../digest.js';
import { once } from '../once.js';
import { listNames } from './list.js';
import type { RequestView, ResponseView, StoredView } from './message.js';

const NO_FIELDS: readonly string[] = [];

/** Secrets: compared by digest, and never kept as they are. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
]);

/**
 * Fields that the browser adds behind the worker's back and whose value may change while the worker lives.
 *
 * User-Agent and Origin are not among them: where they are not seen, they are the same for all of a worker's requests.
 */
const UNSEEN: ReadonlySet<string> = new Set([
  'accept-charset',
  'accept-language',
  'authorization',
  'cookie',
  'device-memory',
  'dnt',
  'downlink',
  'dpr',
  'ect',
  'referer',
  'rtt',
  'save-data',
  'viewport-width',
  'width',
]);

/**
 * The request fields that a response's Vary nominates, in lower case (RFC 9110 section 12.5.5).
 *
 * Without Accept-Encoding: a worker stores decoded bodies, the same for every coding.
 */
export function nominatedFields(headers: Headers): readonly string[] | '*' {
  const fields = new Set(listNames(headers.get('vary')));
  // "A list containing the member "*" signals that other aspects of the request might have played a role"
  if (fields.has('*')) return '*';
  fields.delete('accept-encoding');
  return [...fields];
}

/**
 * What to store as a response's requestHeaders (RFC 9111 section 4.1).
 *
 * A request's Authorization counts as nominated in any case, so that one user's answer is never another's; credentials
 * are recorded as a short digest that does not lead back to them.
 */
export function recordNominated(
  request: RequestView,
  response: ResponseView,
): Headers {
  const recorded = new Headers();
  const nominated = nominatedFields(response.headers);
  const names = new Set(nominated === '*' ? NO_FIELDS : nominated);
  names.add('authorization');
  for (const name of names) {
    const value = fieldValue(request.headers, name);
    if (value === null) continue;
    recorded.set(name, CREDENTIALS.has(name) ? digest(value) : value);
  }
  return recorded;
}

// Every hit asks for them.
const nominatedBy = once(({ headers }: StoredView) => nominatedFields(headers));

/** Whether a stored response answers the request's variant; the unknowable may be used once the origin has validated it. */
export function selects(
  stored: StoredView,
  request: RequestView,
): 'match' | 'mismatch' | 'unknowable' {
  if (!sameCredentials(stored, request)) return 'mismatch';
  const nominated = nominatedBy(stored);
  // "A stored response with a Vary header field value containing a member "*" always fails to match."
  if (nominated === '*') return 'unknowable';
  let result: 'match' | 'unknowable' = 'match';
  for (const name of nominated) {
    if (name === 'authorization') {
      if (!stored.requestHeaders.has(name)) result = 'unknowable';
      continue;
    }
    const compared = compareField(name, stored, request);
    if (compared === 'mismatch') return compared;
    if (compared === 'unknowable') result = compared;
  }
  return result;
}

function sameCredentials(stored: StoredView, request: RequestView): boolean {
  const presented = request.headers.get('authorization');
  const recorded = stored.requestHeaders.get('authorization');
  return recorded === (presented === null ? null : digest(presented));
}

function compareField(
  name: string,
  stored: StoredView,
  request: RequestView,
): 'match' | 'mismatch' | 'unknowable' {
  const presented = fieldValue(request.headers, name);
  const recorded = fieldValue(stored.requestHeaders, name);
  if (presented === null && recorded === null) {
    // "If a header field is absent from a request, it can only match another request if it is also absent there."
    return isUnseen(name) ? 'unknowable' : 'match';
  }
  if (presented === null || recorded === null) return 'mismatch';
  const same = CREDENTIALS.has(name)
    ? recorded === digest(presented)
    : recorded === presented ||
      normalise(name, recorded) === normalise(name, presented) ||
      (name === 'accept-language' && isPreferred(stored, presented));
  return same ? 'match' : 'mismatch';
}

/**
 * Whether the stored response is in the one language that is asked for before all others: whatever else an origin has, it
 * answers such a request with this representation (RFC 9110 sections 12.4.2 and 12.5.4).
 */
function isPreferred({ headers }: StoredView, presented: string): boolean {
  let [first, most, next] = ['', 0, 0];
  for (const member of listNames(presented)) {
    const [range = '', weight] = member.split(/[ \t]*;[ \t]*q=/);
    const quality = weight === undefined ? 1 : Number(weight) || 0;
    if (quality > most) [first, most, next] = [range, quality, most];
    else if (quality > next) next = quality;
  }
  const language = headers.get('content-language');
  return most > next && first === language?.toLowerCase();
}

/** Null for a name that no header field can have, which no request can therefore carry. */
function fieldValue(headers: Headers, name: string): string | null {
  return /^[!#$%&'*+\-.^_`|~\w]+$/.test(name) ? headers.get(name) : null;
}

function isUnseen(name: string): boolean {
  // Only the browser may set Sec-* and Proxy-* fields, and Service-Worker-Navigation-Preload.
  return (
    UNSEEN.has(name) ||
    name.startsWith('sec-') ||
    name.startsWith('proxy-') ||
    name.startsWith('service-worker-')
  );
}

/**
 * "adding or removing whitespace, where allowed"; "normalizing both header field values in a way that is known to have
 * identical semantics"
 */
function normalise(name: string, value: string): string {
  if (name === 'accept-language') {
    return listNames(value.replace(/[ \t]+/g, ''))
      .sort()
      .join();
  }
  // Inside a quoted string white space has a meaning.
  if (value.includes('"')) return value;
  const members = value.split(',').map((member) => member.trim());
  return members.join();
}

/** Enough to tell two users apart, and nothing of a token can be read from it; a guess can be confirmed. */
const digest = (value: string): string => `digest-${digestText(value)}`;
