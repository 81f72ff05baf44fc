import type { Damage } from './faults.js';

/**
 * Damage that nobody has reported, and that structured clone allows all the same: whoever can open the database can put
 * anything under our keys.
 */
const story =
  'Somebody edited the store: in DevTools, by another script, by a migration gone astray.';

type Change = Damage['damage'];

const set =
  (half: 'policy' | 'payload'): ((what: string, damage: Change) => Damage) =>
  (what, damage) => ({
    name: `${half} record ${what}`,
    id: 'B22',
    story,
    fault: `${half}-invalid`,
    damage,
  });
const policy = set('policy');
const payload = set('payload');

const policies: readonly Damage[] = [
  policy('is a Map of its fields', (pair) => {
    const map = new Map(Object.entries(pair.policy));
    Object.assign(pair, { policy: map });
  }),
  policy('is a regular expression', (pair) => {
    Object.assign(pair, { policy: /policy/g });
  }),
  policy('is a Blob of its own text', (pair) => {
    const text = JSON.stringify(pair.policy);
    Object.assign(pair, { policy: new Blob([text]) });
  }),
  policy('is a string of five million characters', (pair) => {
    Object.assign(pair, { policy: 'x'.repeat(5_000_000) });
  }),
  policy('is an Error with its fields', (pair) => {
    Object.assign(pair, { policy: Object.assign(new Error('e'), pair.policy) });
  }),
  policy('is a list of a hundred thousand holes', (pair) => {
    Object.assign(pair, { policy: Array(100_000) });
  }),
  policy('has a thousand fields more', (pair) => {
    for (let n = 0; n < 1_000; n++) pair.policy[`field-${n}`] = n;
  }),
  policy('has its status in an object', (pair) => {
    pair.policy['status'] = Object(pair.policy['status']);
  }),
  policy('has two million lines of headers', (pair) => {
    pair.policy['headers'] = 'x-name: value\n'.repeat(2_000_000);
  }),
  policy('has a header line without an end', (pair) => {
    pair.policy['headers'] = `${'x'.repeat(3_000_000)}: `;
  }),
  policy('was last used at no time', (pair) => {
    pair.policy['used'] = NaN;
  }),
  policy('was last used before all time', (pair) => {
    pair.policy['used'] = -Infinity;
  }),
  policy('has slices of no length', (pair) => {
    pair.policy['slice'] = 0;
  }),
  policy('has a length in fractions', (pair) => {
    pair.policy['length'] = 999.5;
  }),
  policy('has a length as a BigInt', (pair) => {
    pair.policy['length'] = BigInt(1_000);
  }),
  policy('has its digests in capitals', (pair) => {
    pair.policy['digests'] = String(pair.policy['digests']).toUpperCase();
  }),
  policy('says that its body is a part of more', (pair) => {
    pair.policy['total'] = 2_000;
  }),
  policy('says that it came from another origin', (pair) => {
    pair.policy['type'] = 'cors';
  }),
];

const bodies: readonly Damage[] = [
  payload('is an array of its fields', (pair) => {
    Object.assign(pair, { payload: Object.values(pair.payload) });
  }),
  payload('has a field more', (pair) => {
    pair.payload['note'] = 'mine';
  }),
  payload('has its id in an object', (pair) => {
    pair.payload['id'] = Object(pair.payload['id']);
  }),
  payload('holds its bytes in a typed array', (pair) => {
    pair.payload['body'] = new Uint8Array(pair.payload['body'] as ArrayBuffer);
  }),
  payload('holds its bytes in a buffer that can grow', (pair) => {
    const bytes = new Uint8Array(pair.payload['body'] as ArrayBuffer);
    const options = { maxByteLength: bytes.length * 2 };
    // Older libraries do not know the second parameter.
    const buffer: ArrayBuffer = Reflect.construct(ArrayBuffer, [
      bytes.length,
      options,
    ]);
    new Uint8Array(buffer).set(bytes);
    pair.payload['body'] = buffer;
  }),
  payload('holds its bytes in a picture', (pair) => {
    pair.payload['body'] = new ImageData(25, 10);
  }),
  {
    ...payload('holds its bytes as a file of HTML', async (pair) => {
      const bytes = await (pair.payload['body'] as Blob).arrayBuffer();
      pair.payload['body'] = new File([bytes], 'a.html', { type: 'text/html' });
    }),
    form: 'blob',
    path: 'payload.body',
  },
  {
    ...payload('holds no bytes where none belong', (pair) => {
      pair.payload['body'] = new ArrayBuffer(0);
    }),
    form: 'none',
    path: 'payload.body',
  },
  {
    ...payload('holds an empty Blob where no body belongs', (pair) => {
      pair.payload['body'] = new Blob([]);
    }),
    form: 'none',
    path: 'payload.body',
  },
];

/** Every such damage to one stored pair. */
export const odd: readonly Damage[] = [...policies, ...bodies];
