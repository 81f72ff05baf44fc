/* oxlint-disable oxc/no-map-spread -- small test data, made once */
/** What fast-check makes: damage to a stored pair and the request that meets it, as data that reaches the page as JSON. */
import * as fc from 'fast-check';

export type Half = 'policy' | 'payload';

/** A value that structured clone allows, spelled so that JSON holds it. */
export type Value =
  | { readonly is: 'json'; readonly value: unknown }
  | {
      readonly is: 'special';
      readonly name: (typeof specials)[number];
      readonly size: number;
    }
  | { readonly is: 'bytes'; readonly as: Container; readonly bytes: number[] }
  | { readonly is: 'list'; readonly as: Holder; readonly items: Value[] };

const containers = [
  'ArrayBuffer',
  'resizable ArrayBuffer',
  'Uint8Array',
  'Uint8ClampedArray',
  'Float64Array',
  'BigInt64Array',
  'part of a larger buffer',
  'DataView',
  'Blob',
  'typed Blob',
  'File',
  'ImageData',
] as const;
export type Container = (typeof containers)[number];

const holders = ['array', 'object', 'Map', 'Set', 'Error'] as const;
export type Holder = (typeof holders)[number];

/** Keys that IndexedDB allows and this store never uses; those before and behind every string. */
const foreignKeys = ['number', 'Date', 'binary', 'array', 'empty'] as const;
export type ForeignKey = (typeof foreignKeys)[number];

/** How the page asks for what was damaged. */
const asks = ['plain', 'no-cache', 'force-cache', 'range', 'head'] as const;
export type Ask = (typeof asks)[number];

const specials = [
  'undefined',
  'NaN',
  '-0',
  'Infinity',
  '-Infinity',
  '1e300',
  '2**53',
  'bigint',
  'Date',
  'invalid Date',
  'RegExp',
  'Error',
  'Boolean object',
  'Number object',
  'String object',
  'sparse array',
  'circular',
  'circular array',
  'lone surrogate',
  'long text',
  'megabytes',
  'wide',
  'deep',
  'null',
  '__proto__',
  'prototype names',
  'DOMRect',
  'DOMMatrix',
  'CryptoKey',
] as const;

/** One change; several make a mutation. */
export type Op =
  | { readonly op: 'drop'; readonly half: Half }
  | { readonly op: 'replace'; readonly half: Half; readonly value: Value }
  | { readonly op: 'delete'; readonly half: Half; readonly field: string }
  | {
      readonly op: 'set';
      readonly half: Half;
      readonly field: string;
      readonly value: Value;
    }
  | {
      readonly op: 'splice';
      readonly half: Half;
      readonly field: string;
      readonly at: number;
      readonly remove: number;
      readonly insert: string;
    }
  | { readonly op: 'nudge'; readonly field: string; readonly by: number }
  | { readonly op: 'flip'; readonly bits: number[] }
  | {
      readonly op: 'resize';
      readonly at: number;
      readonly remove: number;
      readonly insert: number[];
    }
  | { readonly op: 'rehouse'; readonly as: Container }
  | { readonly op: 'take'; readonly half: Half; readonly from: number }
  | { readonly op: 'move'; readonly half: Half; readonly suffix: string }
  | { readonly op: 'swap-fields'; readonly one: string; readonly two: string }
  | { readonly op: 'self'; readonly half: Half; readonly field: string }
  /** Each half in the other: a circle through both records. */
  | { readonly op: 'entangle'; readonly field: string }
  | {
      readonly op: 'foreign';
      readonly half: Half;
      readonly key: ForeignKey;
      readonly n: number;
    }
  | { readonly op: 'totals'; readonly value: Value };

/** Damage to one stored pair, and the request that meets it. */
export interface Mutation {
  readonly ops: readonly Op[];
  readonly ask: Ask;
}

const policyFields = [
  'schema',
  'id',
  'key',
  'url',
  'status',
  'statusText',
  'headers',
  'requestHeaders',
  'requestTime',
  'responseTime',
  'type',
  'form',
  'length',
  'slice',
  'digests',
  'first',
  'total',
  'tags',
  'used',
  'checksum',
];
const strange = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'then',
  'is',
  'size',
  'length',
  'byteLength',
  'arrayBuffer',
  '',
];

const half = fc.constantFrom<Half[]>('policy', 'payload');
const fieldOf = (which: Half) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constantFrom(
        ...(which === 'policy' ? policyFields : ['schema', 'id', 'body']),
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom(...strange) },
  );
const place = fc
  .record({ half })
  .chain(({ half: which }) =>
    fc.record({ half: fc.constant(which), field: fieldOf(which) }),
  );
const bytes = fc.array(fc.nat(255), { maxLength: 40 });
const container = fc.constantFrom(...containers);

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'value' },
    fc.record({ is: fc.constant('json' as const), value: fc.jsonValue() }),
    fc.record({
      is: fc.constant('special' as const),
      name: fc.constantFrom(...specials),
      size: fc.nat(200_000),
    }),
    fc.record({ is: fc.constant('bytes' as const), as: container, bytes }),
    fc.record({
      is: fc.constant('list' as const),
      as: fc.constantFrom(...holders),
      items: fc.array(tie('value'), { maxLength: 4 }),
    }),
  ),
})).value;

const is = <T extends string>(op: T) => fc.constant(op);
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: is('drop'), half }),
  fc.record({ op: is('replace'), half, value }),
  place.map((at) => ({ op: 'delete' as const, ...at })),
  fc
    .tuple(place, value)
    .map(([at, to]) => ({ op: 'set' as const, ...at, value: to })),
  fc
    .tuple(place, fc.nat(200), fc.nat(9), fc.string({ maxLength: 6 }))
    .map(([place_, at, remove, insert]) => ({
      op: 'splice' as const,
      ...place_,
      at,
      remove,
      insert,
    })),
  fc.record({
    op: is('nudge'),
    field: fc.constantFrom(
      ...['status', 'requestTime', 'responseTime', 'length', 'slice'],
      ...['first', 'total', 'used'],
    ),
    by: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(1, -1, 1e15)),
  }),
  fc.record({
    op: is('flip'),
    bits: fc.array(fc.nat(2 ** 24), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    op: is('resize'),
    at: fc.oneof(fc.nat(2_000), fc.nat(2_000_000)),
    remove: fc.oneof(fc.nat(2_000), fc.nat(2_000_000)),
    insert: bytes,
  }),
  fc.record({ op: is('rehouse'), as: container }),
  fc.record({ op: is('take'), half, from: fc.nat(1_000) }),
  fc.record({
    op: is('move'),
    half,
    suffix: fc.constantFrom(
      ' #2',
      ' #3',
      ' #99',
      ' ',
      '#',
      '?',
      ' x',
      ' \u{fffe}',
    ),
  }),
  fc.record({
    op: is('swap-fields'),
    one: fc.constantFrom(...policyFields),
    two: fc.constantFrom(...policyFields),
  }),
  place.map((at) => ({ op: 'self' as const, ...at })),
  fc.record({ op: is('entangle'), field: fieldOf('policy') }),
  fc.record({
    op: is('foreign'),
    half,
    key: fc.constantFrom(...foreignKeys),
    n: fc.nat(9),
  }),
  fc.record({ op: is('totals'), value }),
);

/** Mutations of one to three changes, the same for the same seed. */
export const mutations = (seed: number, count: number): Mutation[] =>
  fc.sample(
    fc.record({
      ops: fc.array(op, { minLength: 1, maxLength: 3 }),
      ask: fc.oneof(
        { weight: 3, arbitrary: fc.constant('plain' as const) },
        { weight: 2, arbitrary: fc.constantFrom(...asks) },
      ),
    }),
    { seed, numRuns: count },
  );
