/** What must hold for every input, tried with generated ones. */
import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import {
  clearsCache,
  conditionalHeaders,
  currentAge,
  deltaSeconds,
  formatCacheStatus,
  formatHttpDate,
  freshen,
  freshnessLifetime,
  invalidated,
  isStorable,
  nominatedFields,
  noVarySearchKey,
  parseCacheControl,
  parseContentRange,
  parseHttpDate,
  recordNominated,
  requestedRange,
  reuse,
  selects,
  storableHeaders,
  validation,
  type RequestView,
  type StoredView,
} from './index.js';

const NOW = Date.UTC(2026, 10, 22, 12);

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}$/);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
/** Whatever a field can hold. */
const anyField = fc.stringMatching(/^[\t -~\x80-\xff]{0,40}$/);
/** What parsers meet in life, and things close to it. */
const nearField = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['max-age', 'no-store', 'no-cache', 'public', 'immutable', 'bytes'],
        ...['=', '"', '\\', ',', ';', ' ', '\t', '*', '-', '/', ':', '(', ')'],
        ...['Thu, 18 Aug 2050 02:01:18 GMT', 'GMT', 'W/', '0', '3600', '-1'],
      ),
      anyField,
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const request = (fields: Record<string, string> = {}): RequestView => ({
  method: 'GET',
  url: 'https://example.com/?a=1&b=2',
  headers: new Headers(fields),
  cache: 'default',
});

const stored = (
  fields: Record<string, string>,
  sent: Record<string, string> = {},
): StoredView => {
  const headers = new Headers(fields);
  const response = { status: 200, headers };
  return {
    ...response,
    requestHeaders: recordNominated(request(sent), response),
    requestTime: NOW,
    responseTime: NOW,
  };
};

const FIELDS = [
  ...['age', 'cache-control', 'connection', 'content-encoding', 'etag'],
  ...['content-length', 'content-location', 'content-range', 'date', 'pragma'],
  ...['expires', 'last-modified', 'location', 'range', 'sw-cache-control'],
  ...['clear-site-data', 'vary', 'x-test', 'authorization', 'accept-language'],
];

const anyFields = fc.dictionary(
  fc.constantFrom(...FIELDS),
  fc.oneof(nearField, anyField),
);

test('no field makes the parsers throw', () => {
  const check = (value: string) => {
    parseCacheControl(value);
    deltaSeconds(value);
    parseHttpDate(value, NOW);
    parseContentRange(value);
    noVarySearchKey('https://example.com/?a=1', value);
    formatCacheStatus({ detail: value, key: value });
    const field = formatCacheStatus({ detail: value, key: value });
    expect(field).toMatch(/^mendbox; key="[ -~]*"; detail=[ -~]+$/);
  };
  const anyText = fc.string({ unit: 'binary' });
  fc.assert(fc.property(fc.oneof(nearField, anyField, anyText), check));
});

test('hostile fields are parsed in time that grows with their length only', () => {
  const parts = ['"', '"\\', '\\"', ',"\\', ' ,', ' \t', 'a="x,', ';a=', 'a=('];
  for (const part of parts) {
    const value = `a=1${part.repeat(200_000 / part.length)}x`;
    parseCacheControl(value);
    parseHttpDate(value, NOW);
    parseContentRange(value);
    noVarySearchKey('https://example.com/?a=1', value);
    const fields = { foo: value, vary: 'foo', connection: value };
    selects(stored(fields, { foo: `${value}y` }), request({ foo: value }));
    storableHeaders(stored(fields));
    requestedRange(new Headers({ range: `bytes=${value}` }), 10);
  }
});

test('no headers make the engine throw', () => {
  const check = (
    [asked, fields, later]: Record<string, string>[],
    [status, next]: number[],
  ) => {
    const view = request(asked);
    const entry = { ...stored(fields ?? {}, asked), status: status ?? 200 };
    const response = { status: next ?? 200, headers: new Headers(later) };
    isStorable(view, entry);
    reuse(view, [entry, stored(later ?? {})], NOW);
    conditionalHeaders(entry);
    validation(entry, response);
    freshen(entry, response);
    storableHeaders(response);
    nominatedFields(response.headers);
    invalidated({ ...view, method: 'POST' }, response);
    requestedRange(view.headers, 10);
    clearsCache(response.headers);
  };
  const status = fc.constantFrom(200, 206, 304, 404, 503, 599);
  fc.assert(
    fc.property(
      fc.tuple(anyFields, anyFields, anyFields),
      fc.tuple(status, status),
      check,
    ),
  );
});

test('Cache-Control survives being written and parsed again', () => {
  const argument = fc.oneof(fc.constant(true as const), token, anyField);
  const write = (key: string, value: string | true) => {
    if (value === true) return key;
    const bare = /^[\w!#$%&'*+.^`|~-]+$/.test(value);
    return `${key}=${bare ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`;
  };
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.tuple(
          token.map((t) => t.toLowerCase()),
          argument,
        ),
        {
          selector: ([key]) => key,
        },
      ),
      fc.constantFrom(',', ', ', ' ,\t', ',,'),
      (members, comma) => {
        const field = members.map((member) => write(...member)).join(comma);
        expect([...parseCacheControl(field)]).toEqual(members);
        const shouted = field.replace(/"(?:[^"\\]|\\.)*"|[a-z]/g, (part) =>
          part.length === 1 ? part.toUpperCase() : part,
        );
        const names = [...parseCacheControl(shouted).keys()];
        expect(names).toEqual(members.map(([key]) => key));
      },
    ),
  );
});

test('dates survive being written and parsed again', () => {
  const seconds = fc.integer({ min: -59_000_000_000, max: 253_402_300_799 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 999 }), (time, rest) => {
      const field = formatHttpDate(time * 1000 + rest);
      expect(parseHttpDate(field, NOW)).toBe(time * 1000);
    }),
  );
});

test('content ranges survive being written and parsed again', () => {
  const position = fc.nat({ max: 1_000_000_000 });
  fc.assert(
    fc.property(position, position, position, (first, more, rest) => {
      const last = first + more;
      const total = last + 1 + rest;
      const parsed = parseContentRange(`bytes ${first}-${last}/${total}`);
      expect(parsed).toEqual({ first, last, total });
    }),
  );
});

test('a requested range always lies within the representation', () => {
  const bound = fc.oneof(fc.constant(''), fc.nat({ max: 30 }).map(String));
  fc.assert(
    fc.property(bound, bound, fc.nat({ max: 20 }), (first, last, length) => {
      const headers = new Headers({ range: `bytes=${first}-${last}` });
      const range = requestedRange(headers, length);
      if (typeof range === 'string') return;
      expect(range.first).toBeGreaterThanOrEqual(0);
      expect(range.first).toBeLessThanOrEqual(range.last);
      expect(range.last).toBeLessThan(length);
    }),
  );
});

test('what is stale once stays stale', () => {
  const time = fc.nat({ max: 10_000_000 });
  fc.assert(
    fc.property(anyFields, time, time, (fields, one, other) => {
      const entry = stored(fields);
      const [early, late] = [Math.min(one, other), Math.max(one, other)];
      const ages = [
        currentAge(entry, NOW + early),
        currentAge(entry, NOW + late),
      ];
      expect(ages[0]).toBeLessThanOrEqual(ages[1] ?? 0);
      const isFresh = (at: number) =>
        reuse(request(), [entry], NOW + at).is === 'fresh';
      if (isFresh(late)) expect(isFresh(early)).toBe(true);
    }),
  );
});

test('a clock that was set back makes nothing fresh', () => {
  fc.assert(
    fc.property(
      anyFields,
      fc.nat(),
      fc.integer({ min: 1001 }),
      (fields, seconds, back) => {
        const entry = stored({
          ...fields,
          'cache-control': `max-age=${seconds}, ${fields['cache-control']}`,
        });
        expect(reuse(request(), [entry], NOW - back).is).not.toBe('fresh');
      },
    ),
  );
});

test('a fresh response has a lifetime left', () => {
  fc.assert(
    fc.property(anyFields, fc.nat({ max: 10_000 }), (fields, seconds) => {
      const entry = stored(fields);
      const now = NOW + seconds * 1000;
      const found = reuse(request(), [entry], now);
      if (found.is !== 'fresh') return;
      expect(freshnessLifetime(entry)).toBeGreaterThan(currentAge(entry, now));
    }),
  );
});

test('no-store is never stored, whatever else the field says', () => {
  // A quoted string that is whole may hide the word; anything else may not.
  const other = anyField.map((value) => value.replace(/["]/g, ''));
  const spelling = fc.constantFrom('no-store', 'No-Store', 'NO-STORE');
  const tail = fc.constantFrom('', '=1', '="x"', ' x', ';x', '=', '\t');
  fc.assert(
    fc.property(
      fc.array(other, { maxLength: 4 }),
      spelling,
      tail,
      fc.array(nearField, { maxLength: 4 }),
      fc.constantFrom('', '"', 'a="'),
      (before, word, after, rest, quote) => {
        const last = rest.join(', ').replace(/"/g, '');
        const members = [`${quote}max-age=9`, ...before, word + after, last];
        const field = members.join(', ');
        fc.pre(!parseCacheControl(field).has('must-understand'));
        const headers = new Headers({ 'cache-control': field, etag: '"a"' });
        // A dangling quote before and a quoted argument after make one string.
        fc.pre(quote === '' || !after.includes('"'));
        expect(isStorable(request(), { status: 200, headers })).toBe(false);
        const fresh = new Headers({ 'cache-control': 'max-age=9' });
        const asked = request({ 'cache-control': field });
        expect(isStorable(asked, { status: 200, headers: fresh })).toBe(false);
      },
    ),
  );
});

test('must-understand lifts no-store for understood statuses only', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
      const headers = new Headers({
        'cache-control': 'no-store, must-understand, max-age=9',
        'content-range': 'bytes 0-1/2',
      });
      const may = isStorable(request(), { status, headers });
      const understood = [200, 206, 301, 404, 503].includes(status);
      const unknown = [299, 304, 418, 499, 599].includes(status);
      if (understood) expect(may).toBe(true);
      if (unknown || status < 200) expect(may).toBe(false);
    }),
  );
});

test("a 304 changes nothing that describes the stored body's bytes", () => {
  const described = ['content-length', 'content-range', 'content-encoding'];
  fc.assert(
    fc.property(anyFields, anyFields, (ours, theirs) => {
      const before = {
        status: 200,
        headers: storableHeaders({ status: 200, headers: new Headers(ours) }),
      };
      const headers = new Headers(theirs);
      const after = freshen(before, { status: 304, headers });
      for (const field of described) {
        expect(after.get(field)).toBe(before.headers.get(field));
      }
    }),
  );
});

test('freshening twice with the same response is freshening once', () => {
  fc.assert(
    fc.property(anyFields, anyFields, (ours, theirs) => {
      const response = { status: 304, headers: new Headers(theirs) };
      const once = freshen(stored(ours), response);
      const twice = freshen({ status: 200, headers: once }, response);
      expect([...twice]).toEqual([...once]);
    }),
  );
});

test('storing what is stored changes nothing', () => {
  fc.assert(
    fc.property(anyFields, (fields) => {
      const once = storableHeaders({
        status: 200,
        headers: new Headers(fields),
      });
      expect([...storableHeaders({ status: 200, headers: once })]).toEqual([
        ...once,
      ]);
    }),
  );
});

test('Vary never answers a request whose nominated fields differ', () => {
  const value = fc.constantFrom(
    '1',
    '2',
    'a, b',
    'a,b',
    'B, a',
    '"a, b"',
    '"a,b"',
  );
  const sent = fc.dictionary(
    fc.constantFrom('foo', 'bar', 'accept-language', 'authorization', 'cookie'),
    value,
  );
  const vary = fc.array(
    fc.constantFrom(
      'Foo',
      'Bar',
      'Accept-Language',
      'Cookie',
      '*',
      'Authorization',
    ),
  );
  const plain = (text: string | undefined) => text?.replace(/\s*,\s*/g, ',');
  fc.assert(
    fc.property(vary, sent, sent, (nominated, one, other) => {
      const entry = stored({ vary: nominated.join(', '), etag: '"a"' }, one);
      const found = selects(entry, request(other));
      if (found !== 'match') return;
      expect(nominated).not.toContain('*');
      expect(one['authorization']).toBe(other['authorization']);
      for (const field of nominated.map((text) => text.toLowerCase())) {
        const [a, b] = [plain(one[field]), plain(other[field])];
        if (field === 'accept-language') {
          const sorted = (text?: string) =>
            text?.toLowerCase().split(',').sort().join();
          expect(sorted(a)).toBe(sorted(b));
        } else expect(a).toBe(b);
      }
    }),
  );
});

test('the same request always selects, unless the browser may have added to it', () => {
  const sent = fc.dictionary(name, anyField);
  fc.assert(
    fc.property(sent, fc.array(name), (fields, nominated) => {
      const entry = stored({ vary: nominated.join(', ') }, fields);
      expect(selects(entry, request(fields))).not.toBe('mismatch');
    }),
  );
});
