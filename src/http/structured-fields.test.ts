import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { parseDictionary, parseStrings } from './structured-fields.js';

const VALID: [text: string, members: Record<string, unknown>][] = [
  ['', {}],
  ['  ', {}],
  ['a', { a: true }],
  ['a=1, b=-2.5,c=?0 ,\td=?1', { a: 1, b: -2.5, c: false, d: true }],
  ['a="x \\"y\\" \\\\"', { a: 'x "y" \\' }],
  [
    'a=tok/en:*, b=:aGk=:',
    { a: { token: 'tok/en:*' }, b: { token: ':aGk=:' } },
  ],
  [
    'a=(), b=("x" y 3), c=( 1  2 )',
    { a: [], b: ['x', { token: 'y' }, 3], c: [1, 2] },
  ],
  ['a;p;q=1, b=2;r="x", c=(1;p 2);q', { a: true, b: 2, c: [1, 2] }],
  ['a=1, a=2', { a: 2 }],
  [
    'a=@1659578233, b=%"f%c3%bc"',
    { a: { token: '@1659578233' }, b: { token: '%"f%c3%bc"' } },
  ],
];

for (const [text, members] of VALID) {
  test(`"${text}" is a dictionary`, () => {
    expect(Object.fromEntries(parseDictionary(text) ?? [])).toEqual(members);
    expect(parseDictionary(text)).toBeDefined();
  });
}

const INVALID = [
  'A=1',
  'a=',
  'a=1,',
  'a=1,,b',
  'a b',
  'a="x"b',
  'a="x',
  'a="ü"',
  'a="\\x"',
  'a=(1',
  'a=(1"x")',
  'a=?2',
  'a=1.',
  'a=1.2345',
  'a=1234567890123456',
  'a;',
  'a;p=',
  ',a',
  'a=:x',
  'a=@1.5',
];

for (const text of INVALID) {
  test(`"${text}" is no dictionary`, () => {
    expect(parseDictionary(text)).toBeUndefined();
  });
}

test('a list of strings is read without parameters, and anything else is none', () => {
  expect(parseStrings('"a", "b \\"c\\"";p=1')).toEqual(['a', 'b "c"']);
  expect(parseStrings('')).toEqual([]);
  for (const text of ['a', '"a",', '"a" "b"', '"a""b"', '"a", 1', '"a'])
    expect(parseStrings(text)).toBeUndefined();
});

test('dictionaries and lists of strings survive being written and parsed again', () => {
  const text = fc.stringMatching(/^[ -~]{0,12}$/);
  const item = fc.oneof(
    text,
    fc.boolean(),
    fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
  );
  const write = (value: string | number | boolean): string => {
    if (typeof value === 'boolean') return value ? '?1' : '?0';
    if (typeof value === 'number') return String(value);
    return `"${value.replace(/["\\]/g, '\\$&')}"`;
  };
  const key = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,8}$/);
  const comma = fc.constantFrom(',', ', ', ' ,\t');
  const tail = fc.constantFrom('', ';p', '; q=1;r="x,y"');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(key, item), { selector: ([name]) => name }),
      fc.array(text),
      comma,
      tail,
      (members, strings, between, parameters) => {
        const field = members.map(
          ([name, value]) => `${name}=${write(value)}${parameters}`,
        );
        const dictionary = parseDictionary(field.join(between)) ?? [];
        expect([...dictionary]).toEqual(members);
        const list = strings.map((each) => write(each) + parameters);
        expect(parseStrings(list.join(between))).toEqual(strings);
      },
    ),
  );
});
