import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { digest } from '../digest.js';
import { SLICE_BYTES } from './slices.js';
import {
  decodePayload,
  decodePolicy,
  FINGERPRINT,
  seal,
  type PolicyRecord,
} from './records.js';
import { decodeTotals } from './meta.js';
import { sealBuffer } from './seal.js';

const key = 'https://example.com/thing';
const body = new TextEncoder().encode('a body').buffer;

function pair(): {
  policy: PolicyRecord;
  payload: { schema: string; id: string; body: ArrayBuffer };
} {
  const id = '0123456789abcdef';
  const { form, length, digests } = sealBuffer(body, true);
  const policy = seal({
    schema: FINGERPRINT,
    id,
    key,
    url: key,
    status: 200,
    statusText: 'OK',
    headers: 'cache-control: max-age=60\n',
    requestHeaders: '',
    requestTime: 1,
    responseTime: 2,
    type: 'basic',
    form,
    length,
    slice: SLICE_BYTES,
    digests,
    first: 0,
    total: length,
    tags: '',
    used: 2,
  });
  return { policy, payload: { schema: FINGERPRINT, id, body } };
}

/** Every value, also those that cannot be printed: objects without a prototype, with a `toString` that is no function. */
const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.constantFrom(
    { toString: 1 },
    { toString: () => ({}), valueOf: () => ({}) },
    Symbol('symbol'),
  ),
);

test('the pair of these tests is whole', () => {
  const { policy, payload } = pair();
  const decoded = decodePolicy(policy, key);
  expect(decoded).not.toHaveProperty('is');
  if ('is' in decoded) return;
  expect(decodePayload(payload, decoded)).toMatchObject({
    body: { is: 'buffer' },
  });
});

test('whatever the database holds is decoded into a value, never into an exception', () => {
  const { policy } = pair();
  const decoded = decodePolicy(policy, key);
  if ('is' in decoded) throw new Error('the pair is broken');
  fc.assert(
    fc.property(anything, (value) => {
      decodeTotals(value);
      return (
        'is' in decodePolicy(value, key) &&
        'is' in decodePayload(value, decoded)
      );
    }),
    { numRuns: 1_000, examples: [[{ toString: 1 }]] },
  );
});

test('a field with any other value is found, whatever it is', () => {
  const fields = Object.keys(pair().policy).filter((name) => name !== 'used');
  fc.assert(
    fc.property(fc.constantFrom(...fields), anything, (name, value) => {
      const { policy } = pair();
      // Of 0 and -0 either will do.
      fc.pre(Reflect.get(policy, name) !== value);
      Reflect.set(policy, name, value);
      return 'is' in decodePolicy(policy, key);
    }),
    { numRuns: 1_000 },
  );
});

test('a record with a field that nobody knows is not used, however large it is', () => {
  const { policy, payload } = pair();
  const decoded = decodePolicy(policy, key);
  if ('is' in decoded) throw new Error('the pair is broken');
  const more = { more: Array.from({ length: 1e6 }, () => 1) };
  expect(decodePolicy({ ...policy, ...more }, key)).toMatchObject({
    fault: 'policy-invalid',
  });
  expect(decodePayload({ ...payload, ...more }, decoded)).toMatchObject({
    fault: 'payload-invalid',
  });
});

test('a policy that was sealed with impossible fields is not used, though its checksum is right', () => {
  const wrong: Partial<PolicyRecord>[] = [
    { status: 0 },
    { status: 101 },
    { statusText: 'Ā' },
    { headers: 'x: ā\n' },
    { headers: 'no colon\n' },
    { requestHeaders: 'x y: z\n' },
    { length: 7 },
    { digests: '' },
    { form: 'none' },
    { total: 3 },
    { first: 1 },
    { requestTime: -1 },
    { responseTime: 1.5 },
    { slice: 0 },
  ];
  for (const fields of wrong) {
    const { policy, payload } = pair();
    const decoded = decodePolicy(seal({ ...policy, ...fields }), key);
    const found = 'is' in decoded ? decoded : decodePayload(payload, decoded);
    expect(found, JSON.stringify(fields)).toMatchObject({ is: 'broken' });
  }
});

test('a policy says that there is a body, and there is none, or the other way round', () => {
  const { policy, payload } = pair();
  const empty = { length: 0, total: 0, digests: '' };
  for (const [fields, content] of [
    [{ form: 'none' }, null],
    [empty, new ArrayBuffer(0)],
  ] as const) {
    const decoded = decodePolicy(seal({ ...policy, ...fields }), key);
    const found =
      'is' in decoded
        ? decoded
        : decodePayload({ ...payload, body: content }, decoded);
    expect(found).toMatchObject({ fault: 'policy-invalid' });
  }
});

test('two halves that do not belong together are told from one another', () => {
  const { policy, payload } = pair();
  const decoded = decodePolicy(policy, key);
  if ('is' in decoded) throw new Error('the pair is broken');
  const other = { ...payload, id: 'another0write000' };
  expect(decodePayload(other, decoded)).toMatchObject({
    fault: 'pair-mismatch',
  });
  expect(decodePolicy(policy, `${key}?other`)).toMatchObject({
    fault: 'key-mismatch',
  });
});

test('a field that a script of the page gives to every object is none of a record', () => {
  const given = { configurable: true, enumerable: true, value: () => 1 };
  // oxlint-disable-next-line no-extend-native -- what such scripts do
  Object.defineProperty(Object.prototype, 'given', given);
  try {
    const { policy, payload } = pair();
    const decoded = decodePolicy(policy, key);
    if ('is' in decoded) throw new Error('the pair is broken');
    expect(decodePayload(payload, decoded)).not.toHaveProperty('is');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'given');
  }
});

test('a list is no record, whatever fields it has', () => {
  const { policy, payload } = pair();
  const decoded = decodePolicy(policy, key);
  if ('is' in decoded) throw new Error('the pair is broken');
  const list = Object.assign([], payload);
  expect(decodePayload(list, decoded)).toMatchObject({
    fault: 'payload-invalid',
  });
});

test('bytes that are not those of the digest are found', () => {
  const { policy, payload } = pair();
  const decoded = decodePolicy(policy, key);
  if ('is' in decoded) throw new Error('the pair is broken');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      fc.pre(digest(bytes) !== policy.digests);
      const other = { ...payload, body: bytes.slice().buffer };
      return 'is' in decodePayload(other, decoded);
    }),
  );
});

test('what is wrong with a record is found by its path, as superstruct names it', () => {
  const { policy } = pair();
  const { url: _, ...lacking } = policy;
  const cases: [value: unknown, path: string][] = [
    [lacking, 'policy.url'],
    [{ ...lacking, more: 1 }, 'policy.url'],
    [{ ...policy, status: '200' }, 'policy.status'],
    [Object.assign([], policy), 'policy'],
    [Object.values(policy), 'policy'],
    [null, 'policy'],
  ];
  for (const [value, path] of cases)
    expect(decodePolicy(value, key), path).toMatchObject({ path });
});
