/**
 * What is on disk: the policy record, the payload record and their superstruct schemas.
 *
 * `unknown` stops here. Whatever IndexedDB hands out is decoded into an Entry or into a Broken that says what is wrong;
 * nothing in this file throws.
 */
import { define, type, validate, type Infer, type Struct } from 'superstruct';
import type { StoredView } from '../http/index.js';
import type { Fault } from '../fault.js';
import { digestText } from '../digest.js';
import { digestsOf, isDigested, SLICE_BYTES } from './slices.js';

/** A stored response that may not be used: what is wrong with it, and where. */
export interface Broken {
  readonly is: 'broken';
  readonly fault: Fault;
  /** The field that failed, such as `policy.status`. */
  readonly path?: string | undefined;
  /** The key of the pair to drop. */
  readonly key: string;
  /** The id of the pair, when its policy could still be read: the drop spares a newer pair. */
  readonly id?: string | undefined;
}

// Header values are byte strings of any bytes but NUL, LF and CR (Fetch Standard, section 2.2.2); one field a line.
const FIELD_LINES =
  // oxlint-disable-next-line no-control-regex -- control characters are among them
  /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [\x01-\t\v\f\x0e-\xff]*\n)*$/;
/** What a script may give a Response as its status text (RFC 9112 section 4); the network's may be anything. */
export const LATIN1 = /^[\t\x20-\x7e\x80-\xff]*$/;
const DIGESTS = /^(?:[0-9a-f]{16})*$/;
const DIGEST = /^[0-9a-f]{16}$/;
const ID = /^[0-9a-z]{16}$/;

/** The largest time that a Date can hold, in milliseconds. */
const LAST_TIME = 8.64e15;

type Test = (it: unknown) => boolean;

interface Tested {
  readonly test: Test;
}

/**
 * One check a field and no refinement inside another: a hit validates twenty. The form is the name, so that it is part of
 * the fingerprint, and the text of a failure: superstruct's own would print the whole value.
 */
const field = <T>(form: string, test: Test): Struct<T, null> & Tested =>
  Object.assign(
    define<T>(form, (it) => test(it) || form),
    { test },
  );
const text = (form: RegExp) =>
  field<string>(form.source, (it) => typeof it === 'string' && form.test(it));
const oneOf = <T extends string>(...words: readonly T[]) =>
  field<T>(words.join(), (it) => words.some((word) => word === it));
const count = (first: number, last: number) =>
  field<number>(
    `${first}-${last}`,
    (it) => Number.isInteger(it) && Number(it) >= first && Number(it) <= last,
  );
const time = count(0, LAST_TIME);
const bytes = count(0, Number.MAX_SAFE_INTEGER);
const string = text(/^/);

const policyFields = {
  id: text(ID),
  key: string,
  url: string,
  status: count(200, 599),
  statusText: text(LATIN1),
  headers: text(FIELD_LINES),
  requestHeaders: text(FIELD_LINES),
  requestTime: time,
  responseTime: time,
  type: oneOf('basic', 'cors', 'default'),
  form: oneOf('none', 'buffer', 'blob'),
  length: bytes,
  slice: count(8, 2 ** 30),
  digests: text(DIGESTS),
  /** Of a 206: the position of the stored part's first byte; 0 otherwise. */
  first: bytes,
  /** Of a 206: the complete length; the body's length otherwise. */
  total: bytes,
  /** Cache-Groups of the response (RFC 9875), one a line. */
  tags: string,
  /** When the entry last answered, in milliseconds; kept apart from the policy's own times, and outside the checksum. */
  used: time,
  checksum: text(DIGEST),
};

const payloadFields = {
  id: text(ID),
  body: field<ArrayBuffer | Blob | null>(
    'body',
    (it) => it === null || it instanceof ArrayBuffer || it instanceof Blob,
  ),
};

/**
 * Names the form of both records, derived from their schemas: a build that changes a field gets another fingerprint, and
 * the records of every other build heal entry by entry. Nobody has to remember to bump a version.
 */
export const FINGERPRINT: string = digestText(
  JSON.stringify([policyFields, payloadFields]),
);

const ours = { schema: oneOf(FINGERPRINT) };
// type(), not object(), which lists the keys of whatever it is given, and prints those that it does not know.
const PolicySchema = type({ ...ours, ...policyFields });
const PayloadSchema = type({ ...ours, ...payloadFields });

/** The policy record, as it lies in the store `policies`. */
export type PolicyRecord = Infer<typeof PolicySchema>;

/** The payload record, as it lies in the store `payloads` under the same key. */
export type PayloadRecord = Infer<typeof PayloadSchema>;

/** A policy record that passed validation, with its fields parsed for the engine. */
export interface Policy extends StoredView {
  readonly record: PolicyRecord;
}

/** A body that passed the checks that need no reading; a Blob's bytes are verified when they are read. */
export type Body =
  | { readonly is: 'none' }
  | { readonly is: 'buffer'; readonly buffer: ArrayBuffer }
  | { readonly is: 'blob'; readonly blob: Blob; readonly verified: boolean };

/** A stored response whose two records agree. */
export interface Entry extends Policy {
  readonly body: Body;
}

/** Serialises header fields as the records hold them: one `name: value` a line. */
export function headerLines(headers: Headers): string {
  let lines = '';
  headers.forEach((value, name) => {
    lines += `${name}: ${value}\n`;
  });
  return lines;
}

/** The names and values of what headerLines() wrote. */
export function headerFields(lines: string): [name: string, value: string][] {
  const fields: [string, string][] = [];
  for (let at = 0; at < lines.length;) {
    const colon = lines.indexOf(': ', at);
    const end = lines.indexOf('\n', colon);
    fields.push([lines.slice(at, colon), lines.slice(colon + 2, end)]);
    at = end + 1;
  }
  return fields;
}

/** Parses what headerLines() wrote. */
export const parseHeaderLines = (lines: string): Headers =>
  new Headers(headerFields(lines));

type Unsealed = Omit<PolicyRecord, 'checksum'>;

const { used: _, checksum: __, ...sealedFields } = PolicySchema.schema;
const SEALED = Object.keys(sealedFields) as (keyof typeof sealedFields)[];

/** The checksum over every field of a policy record but itself and `used`. */
export const checksumOf = (record: Unsealed): string =>
  digestText(SEALED.map((name) => record[name]).join('\n'));

const broken = (
  key: string,
  fault: Fault,
  path?: string,
  id?: string,
): Broken => ({ is: 'broken', fault, key, path, id });

/** A field of what may be no record at all. */
export const fieldOf = (value: unknown, name: string): unknown =>
  (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];

const isForeign = (value: unknown): boolean => {
  const schema = fieldOf(value, 'schema');
  return typeof schema === 'string' && schema !== FINGERPRINT;
};

/** The id of a record, if it has one that is a string. */
export const idOf = (value: unknown): string | undefined => {
  const id = fieldOf(value, 'id');
  return typeof id === 'string' ? id : undefined;
};

function contradiction(record: PolicyRecord): string | undefined {
  if (checksumOf(record) !== record.checksum) return 'policy.checksum';
  if (!isDigested(record)) return 'policy.digests';
  if ((record.form === 'none') !== (record.length === 0)) return 'policy.form';
  if (record.first + record.length > record.total) return 'policy.total';
  return undefined;
}

/**
 * Whether superstruct would accept a value, and it has no field more: its own tests of the same fields, without the
 * generators that find a path. Two records pass on every hit; what does not is validated, and says where it fails.
 */
function passes<T extends object>(
  value: unknown,
  { schema }: Struct<T, Record<string, Tested>>,
): value is T {
  const names = Object.keys(schema);
  return (
    typeof value === 'object' &&
    !Array.isArray(value) &&
    names.every((name) => schema[name]?.test(fieldOf(value, name))) &&
    // Last: of what is no record there may be millions.
    Object.keys(Object(value)).length === names.length
  );
}

/**
 * What a schema accepts, or the path of the first field that it does not. superstruct prints what is no object at all, and
 * an array of megabytes takes it seconds, in which the worker answers nobody.
 */
function checked<T extends object>(
  name: string,
  value: unknown,
  schema: Struct<T, Record<string, Tested>>,
): T | string {
  if (passes(value, schema)) return value;
  const [error] = validate(Array.isArray(value) ? undefined : value, schema);
  return [name, ...(error?.path ?? [])].join('.');
}

/** Decodes what the store `policies` holds under a key. */
export function decodePolicy(value: unknown, key: string): Policy | Broken {
  const id = idOf(value);
  if (isForeign(value))
    return broken(key, 'schema-unknown', 'policy.schema', id);
  const record = checked('policy', value, PolicySchema);
  if (typeof record === 'string')
    return broken(key, 'policy-invalid', record, id);
  const path = contradiction(record);
  if (path !== undefined) return broken(key, 'policy-invalid', path, id);
  if (record.key !== key) return broken(key, 'key-mismatch', 'policy.key', id);
  const { status, requestTime, responseTime } = record;
  return {
    record,
    status,
    requestTime,
    responseTime,
    headers: parseHeaderLines(record.headers),
    requestHeaders: parseHeaderLines(record.requestHeaders),
  };
}

/** A Blob's type would become the answer's, and a buffer that can grow makes no Response: we store neither. */
const isStrange = (content: ArrayBuffer | Blob | null): boolean =>
  content instanceof Blob
    ? content.type !== ''
    : fieldOf(content, 'resizable') === true;

function bodyOf(content: ArrayBuffer | Blob | null): Body {
  if (content === null) return { is: 'none' };
  return content instanceof Blob
    ? { is: 'blob', blob: content, verified: false }
    : { is: 'buffer', buffer: content };
}

/** Decodes what the store `payloads` holds under a policy's key, and joins the two. */
export function decodePayload(value: unknown, policy: Policy): Entry | Broken {
  const { record } = policy;
  const bad = (fault: Fault, path = 'payload.body') =>
    broken(record.key, fault, path, record.id);
  if (value === undefined) return bad('payload-missing', 'payload');
  if (isForeign(value)) return bad('schema-unknown', 'payload.schema');
  const payload = checked('payload', value, PayloadSchema);
  if (typeof payload === 'string') return bad('payload-invalid', payload);
  if (payload.id !== record.id) return bad('pair-mismatch', 'payload.id');
  const body = bodyOf(payload.body);
  if (body.is !== record.form || isStrange(payload.body))
    return bad('payload-invalid');
  if (body.is === 'blob' && body.blob.size !== record.length)
    return bad('length-mismatch');
  const fault = body.is === 'buffer' && faultIn(body.buffer, record);
  // The same object: what was worked out from the policy is not worked out again.
  return fault ? bad(fault) : Object.assign(policy, { body });
}

/** What is wrong with the bytes of a whole body. */
export function faultIn(
  buffer: ArrayBuffer,
  { length, slice, digests }: PolicyRecord,
): Fault | undefined {
  if (buffer.byteLength !== length) return 'length-mismatch';
  return digestsOf(buffer, slice) === digests ? undefined : 'digest-mismatch';
}

/** A payload record without a policy record. */
export const orphan = (key: string): Broken =>
  broken(key, 'policy-missing', 'policy');

/** A record that IndexedDB could not read at all. */
export const unreadable = (key: string, half: 'policy' | 'payload'): Broken =>
  broken(key, `${half}-invalid`, half);

/** A 304 that contradicts what is stored (RFC 9111 section 4.3.3). */
export const unusable = (record: PolicyRecord): Broken =>
  broken(record.key, 'unusable-304', undefined, record.id);

/** The same fault, found later: when a Blob's slice is read. */
export const brokenBody = (record: PolicyRecord, fault: Fault): Broken =>
  broken(record.key, fault, 'payload.body', record.id);

/** The body length that a policy record gives, in bytes; 0 when it gives none. */
export function lengthOf(value: unknown): number {
  const length = fieldOf(value, 'length');
  return typeof length === 'number' && length >= 0 ? length : 0;
}

/** A body ready to be stored: its form, exact length and digests. */
export interface SealedBody {
  readonly form: PolicyRecord['form'];
  readonly content: ArrayBuffer | Blob | null;
  /** Exact length, in bytes. */
  readonly length: number;
  /** One digest a slice, joined. */
  readonly digests: string;
}

/** A response about to be stored. */
export interface Draft extends StoredView {
  readonly base: string;
  readonly url: string;
  readonly statusText: string;
  readonly type: PolicyRecord['type'];
  readonly body: SealedBody;
  /** Of a 206: the position of its first byte and the complete length, in bytes. */
  readonly part?: { readonly first: number; readonly total: number };
  readonly tags: string;
}

/** Makes the policy record of a draft, under its key, with a new id. */
export function sealPolicy(draft: Draft, key: string): PolicyRecord {
  const { body, part } = draft;
  return seal({
    schema: FINGERPRINT,
    id: randomId(),
    key,
    url: draft.url,
    status: draft.status,
    statusText: draft.statusText,
    headers: headerLines(draft.headers),
    requestHeaders: headerLines(draft.requestHeaders),
    requestTime: draft.requestTime,
    responseTime: draft.responseTime,
    type: draft.type,
    form: body.form,
    length: body.length,
    slice: SLICE_BYTES,
    digests: body.digests,
    first: part?.first ?? 0,
    total: part?.total ?? body.length,
    tags: draft.tags,
    used: draft.responseTime,
  });
}

/** Adds the checksum. */
export const seal = (record: Unsealed): PolicyRecord => ({
  ...record,
  checksum: checksumOf(record),
});

/** Sixteen random digits; the same in both records of a pair. */
export const randomId = (): string =>
  crypto.getRandomValues(new BigUint64Array(2)).join('').slice(-16);
