import type { Fault } from '../../src/fault.js';
import type { Pair } from '../page.js';

/** One way in which a stored pair is damaged, and what must be told of it. */
export interface Damage {
  /** The rest of "a stored response whose ...". */
  readonly name: string;
  /** The row of the fault catalogue that it comes from. */
  readonly id: string;
  /** How it happens in life. */
  readonly story: string;
  readonly fault: Fault;
  /** The field that the event must name. */
  readonly path?: string;
  /** What the stored body must be before the damage: under 48 KiB a buffer, above it a Blob. Default: buffer. */
  readonly form?: 'buffer' | 'blob' | 'none';
  /** Runs in the page; only its text gets there. */
  readonly damage: (pair: Pair) => void | Promise<void>;
}

const schemaChanged =
  'A build changed the record and nobody bumped a version (five bugs in uv).';
const strangeValue = 'Another script of the origin wrote under the same key.';
const torn = 'The worker was killed between two writes.';
const rot =
  'A bit flipped on disk; both engines hand the bytes out in silence.';

/** A1: whatever is not a policy record. */
const notPolicies: readonly Damage[] = (
  [
    ['is an empty object', (pair) => Object.assign(pair, { policy: {} })],
    ['is null', (pair) => Object.assign(pair, { policy: null })],
    ['is a number', (pair) => Object.assign(pair, { policy: 42 })],
    ['is a string', (pair) => Object.assign(pair, { policy: 'policy' })],
    ['is a Date', (pair) => Object.assign(pair, { policy: new Date(0) })],
    ['is an array', (pair) => Object.assign(pair, { policy: [pair.policy] })],
    [
      'refers to itself',
      (pair) => {
        pair.policy['self'] = pair.policy;
      },
    ],
  ] satisfies [string, Damage['damage']][]
).map(([what, damage]) => ({
  name: `policy record ${what}`,
  id: 'A1',
  story: strangeValue,
  fault: 'policy-invalid',
  damage,
}));

/** A1 and A17: one field of the policy record at a time. */
const badFields: readonly Damage[] = (
  [
    ['status', 'has status 0', (p) => Object.assign(p.policy, { status: 0 })],
    ['status', 'has status 99', (p) => Object.assign(p.policy, { status: 99 })],
    [
      'status',
      'has a word for a status',
      (p) => Object.assign(p.policy, { status: 'abc' }),
    ],
    [
      'statusText',
      'has a status text outside Latin-1',
      (p) => Object.assign(p.policy, { statusText: 'Ā' }),
    ],
    [
      'headers',
      'has a header value outside Latin-1',
      (p) => Object.assign(p.policy, { headers: 'x-name: ā\n' }),
    ],
    [
      'headers',
      'has a header name with a space',
      (p) => Object.assign(p.policy, { headers: 'x name: a\n' }),
    ],
    [
      'headers',
      'has lost its headers',
      (p) => {
        delete p.policy['headers'];
      },
    ],
    [
      'responseTime',
      'has no number for a time',
      (p) => Object.assign(p.policy, { responseTime: NaN }),
    ],
    [
      'length',
      'has a negative length',
      (p) => Object.assign(p.policy, { length: -1 }),
    ],
    [
      'digests',
      'has digests that are none',
      (p) => Object.assign(p.policy, { digests: 'x'.repeat(16) }),
    ],
    [
      'form',
      'names an unknown form of body',
      (p) => Object.assign(p.policy, { form: 'stream' }),
    ],
  ] satisfies [string, string, Damage['damage']][]
).map(([field, what, damage]) => ({
  name: `policy record ${what}`,
  id: 'A17',
  story: schemaChanged,
  fault: 'policy-invalid',
  path: `policy.${field}`,
  damage,
}));

/** A10: the record still parses, and says something else than was stored. */
const rotten: readonly Damage[] = (
  [
    [
      'was made younger',
      (p) => {
        p.policy['responseTime'] = Number(p.policy['responseTime']) + 60_000;
      },
    ],
    [
      'has another digit in its max-age',
      (p) => {
        const lines = String(p.policy['headers']);
        p.policy['headers'] = lines.replace('max-age=3600', 'max-age=9600');
      },
    ],
    ['has another status', (p) => Object.assign(p.policy, { status: 203 })],
    [
      'has a checksum that is none of its own',
      (p) => Object.assign(p.policy, { checksum: '0'.repeat(16) }),
    ],
  ] satisfies [string, Damage['damage']][]
).map(([what, damage]) => ({
  name: `policy record ${what}`,
  id: 'A10',
  story: 'Rot in the policy that still parses makes stale look fresh.',
  fault: 'policy-invalid',
  path: 'policy.checksum',
  damage,
}));

/** A3, A4: records of another build. */
const foreign: readonly Damage[] = [
  {
    name: 'records were written by an older build',
    id: 'A3',
    story: schemaChanged,
    fault: 'schema-unknown',
    damage: (pair) => {
      pair.policy['schema'] = 'an-older-schema';
      pair.payload['schema'] = 'an-older-schema';
      delete pair.policy['digests'];
    },
  },
  {
    name: 'records were written by a newer build, with a field more',
    id: 'A4',
    story: 'A release was rolled back, or two tabs hold two builds.',
    fault: 'schema-unknown',
    damage: (pair) => {
      pair.policy['schema'] = 'a-newer-schema';
      pair.policy['compression'] = 'zstd';
      pair.payload['schema'] = 'a-newer-schema';
    },
  },
  {
    name: 'payload record alone was written by another build',
    id: 'A4',
    story: 'The worker died between the two halves of an upgrade.',
    fault: 'schema-unknown',
    path: 'payload.schema',
    damage: (pair) => {
      pair.payload['schema'] = 'a-newer-schema';
    },
  },
];

/** A5 to A7: the two halves do not belong together. */
const unpaired: readonly Damage[] = [
  {
    name: 'payload record is gone',
    id: 'A5',
    story: torn,
    fault: 'payload-missing',
    damage: (pair) => Object.assign(pair, { payload: undefined }) && undefined,
  },
  {
    name: 'payload record of many bytes is gone',
    id: 'A5',
    story: 'The .blob directory was deleted under the database.',
    form: 'blob',
    fault: 'payload-missing',
    damage: (pair) => Object.assign(pair, { payload: undefined }) && undefined,
  },
  {
    name: 'policy record is gone',
    id: 'A6',
    story: torn,
    fault: 'policy-missing',
    damage: (pair) => Object.assign(pair, { policy: undefined }) && undefined,
  },
  {
    name: 'halves were written by two different writes',
    id: 'A7',
    story: 'An engine committed half a transaction (WebKit before March 2025).',
    fault: 'pair-mismatch',
    damage: (pair) => {
      pair.payload['id'] = '0123456789abcdef';
    },
  },
];

/** A2, A8, A9, A13, A18: the body. */
const badBodies: readonly Damage[] = [
  {
    name: 'payload record is a string',
    id: 'A2',
    story: strangeValue,
    fault: 'payload-invalid',
    damage: (pair) => Object.assign(pair, { payload: 'x' }) && undefined,
  },
  {
    name: 'payload record is null',
    id: 'A2',
    story:
      "A flipped header byte of a large value's file reads as null (Chromium 156).",
    form: 'blob',
    fault: 'payload-invalid',
    damage: (pair) => Object.assign(pair, { payload: null }) && undefined,
  },
  {
    name: 'payload record has no body',
    id: 'A2',
    story: schemaChanged,
    fault: 'payload-invalid',
    path: 'payload.body',
    damage: (pair) => {
      delete pair.payload['body'];
    },
  },
  {
    name: 'body is a string',
    id: 'A2',
    story: schemaChanged,
    fault: 'payload-invalid',
    path: 'payload.body',
    damage: (pair) => {
      pair.payload['body'] = 'text';
    },
  },
  {
    name: 'body is null though there was one',
    id: 'A2',
    story: schemaChanged,
    fault: 'payload-invalid',
    path: 'payload.body',
    damage: (pair) => {
      pair.payload['body'] = null;
    },
  },
  {
    name: 'body is a Blob where bytes were stored',
    id: 'A13',
    story: 'An older build stored every body as a Blob.',
    fault: 'payload-invalid',
    path: 'payload.body',
    damage: (pair) => {
      pair.payload['body'] = new Blob([pair.payload['body'] as ArrayBuffer]);
    },
  },
  {
    name: 'first byte was flipped',
    id: 'A8',
    story: rot,
    fault: 'digest-mismatch',
    damage: (pair) => {
      const bytes = new Uint8Array(pair.payload['body'] as ArrayBuffer);
      bytes[0] = (bytes[0] ?? 0) ^ 1;
    },
  },
  {
    name: 'last bit was flipped',
    id: 'A8',
    story: rot,
    fault: 'digest-mismatch',
    damage: (pair) => {
      const bytes = new Uint8Array(pair.payload['body'] as ArrayBuffer);
      const last = bytes.length - 1;
      bytes[last] = (bytes[last] ?? 0) ^ 0x80;
    },
  },
  {
    name: 'large body has one flipped byte',
    id: 'A8',
    story: rot,
    form: 'blob',
    fault: 'digest-mismatch',
    damage: async (pair) => {
      const body = pair.payload['body'] as Blob;
      const bytes = new Uint8Array(await body.arrayBuffer());
      bytes[70_000] = (bytes[70_000] ?? 0) ^ 4;
      pair.payload['body'] = new Blob([bytes]);
    },
  },
  {
    name: 'body was replaced by as many zeros',
    id: 'A8',
    story: 'A journalling file system kept the length and lost the blocks.',
    fault: 'digest-mismatch',
    damage: (pair) => {
      new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(0);
    },
  },
  {
    name: 'body was cut short',
    id: 'A9',
    story: 'A file was truncated.',
    fault: 'length-mismatch',
    damage: (pair) => {
      pair.payload['body'] = (pair.payload['body'] as ArrayBuffer).slice(0, -1);
    },
  },
  {
    name: 'body is empty though there was one',
    id: 'A9',
    story: 'A file was truncated to nothing.',
    fault: 'length-mismatch',
    damage: (pair) => {
      pair.payload['body'] = new ArrayBuffer(0);
    },
  },
  {
    name: 'body grew',
    id: 'A9',
    story: 'A file was appended to.',
    fault: 'length-mismatch',
    damage: (pair) => {
      const body = new Uint8Array(pair.payload['body'] as ArrayBuffer);
      const longer = new Uint8Array(body.length + 1);
      longer.set(body);
      pair.payload['body'] = longer.buffer;
    },
  },
  {
    name: 'large body was cut to half',
    id: 'A9',
    story: "A Blob's file was truncated (Firefox hands out the short body).",
    form: 'blob',
    fault: 'length-mismatch',
    damage: (pair) => {
      const body = pair.payload['body'] as Blob;
      pair.payload['body'] = body.slice(0, body.size / 2);
    },
  },
  {
    name: 'status allows no body and yet there is one',
    id: 'A18',
    story: 'new Response() throws for a 204 with a body.',
    form: 'none',
    fault: 'payload-invalid',
    damage: (pair) => {
      pair.payload['body'] = new ArrayBuffer(3);
    },
  },
];

/** Every damage to one stored pair; a new fault is one more row here. */
export const damages: readonly Damage[] = [
  ...notPolicies,
  ...badFields,
  ...rotten,
  ...foreign,
  ...unpaired,
  ...badBodies,
];
