import { expect, test } from '../fixtures.js';
import { open } from '../origin.js';
import {
  FRESH,
  NOT_MODIFIED,
  ok,
  STALE,
  type Exchange,
  type HttpCase,
} from './case.js';
import { differences } from './drive.js';

type Fields = Readonly<Record<string, string>>;

/** Stores a response of these groups under a path of the case's own. */
const store = (
  at: string,
  groups: string,
  fields: Fields = FRESH,
): Exchange => ({
  at,
  answer: ok('old', { ...fields, 'cache-groups': groups }),
  kept: true,
});
/** Has the origin say so in its answer. */
const say = (groups: string, method = 'POST', status = 200): Exchange => ({
  at: '/say',
  init: { method },
  answer: {
    status,
    headers: {
      'cache-control': 'no-store',
      'cache-group-invalidation': groups,
    },
  },
});
const gone = (at: string): Exchange => ({ at, answer: ok('new') });
const still = (at: string): Exchange => ({ at, body: 'old' });

const row = (
  name: string,
  spec: string,
  ...requests: readonly [Exchange, ...Exchange[]]
): HttpCase => ({ name, spec: `RFC 9875 ${spec}`, kind: 'required', requests });

// Each in a page of its own: while a group is dropped, nothing else that is under way is stored.
const cases: readonly HttpCase[] = [
  row(
    'what shares a group with an answer to an unsafe request is outdated at once',
    '3',
    store('/a', '"scripts", "de"'),
    store('/b', '"scripts"'),
    store('/c', '"de"'),
    say('"css", "scripts"'),
    gone('/a'),
    gone('/b'),
    still('/c'),
  ),
  row(
    'the answer to a safe request outdates no group',
    '3',
    store('/a', '"scripts"'),
    say('"scripts"', 'GET'),
    still('/a'),
  ),
  row(
    'groups are compared character by character',
    '2.1',
    store('/a', '"Scripts"'),
    say('"scripts", "Script", "Scripts "'),
    still('/a'),
  ),
  row(
    'parameters are ignored, and quotes in a name are part of it',
    '2',
    store('/a', '"a \\"b\\", c";of=no;use=1'),
    store('/b', '"c"'),
    say('"a \\"b\\", c"'),
    gone('/a'),
    still('/b'),
  ),
  row(
    'a field that is no list of strings names no group',
    '2',
    store('/a', 'scripts'),
    store('/b', '"scripts", 1'),
    store('/c', '"scripts",'),
    store('/d', '"styles"'),
    say('"scripts"'),
    say('styles'),
    still('/a'),
    still('/b'),
    still('/c'),
    still('/d'),
  ),
  row(
    'a 304 may put a response into a group',
    '2',
    store('/a', '"one"', STALE),
    {
      at: '/a',
      answer: {
        ...NOT_MODIFIED,
        headers: { ...FRESH, 'cache-groups': '"two"' },
      },
      body: 'old',
    },
    say('"two"'),
    gone('/a'),
  ),
  row(
    'the group of another origin is another group',
    '2.1',
    {
      elsewhere: true,
      answer: ok('old', { ...FRESH, ...open, 'cache-groups': '"scripts"' }),
      kept: true,
    },
    say('"scripts"'),
    { elsewhere: true, body: 'old' },
  ),
];

for (const each of cases) {
  test(each.name, async ({ app, origin, elsewhere }) => {
    const stage = { app, origin, elsewhere };
    expect(await differences(stage, each, 'group')).toEqual([]);
  });
}

test("what a group outdates does not come back from the browser's own cache in the next life of the worker", async ({
  app,
  origin,
}) => {
  origin.answer('/a', ok('old', { ...FRESH, 'cache-groups': '"one"' }));
  await app.store('/a');
  await app.restartWorker();
  origin.answer('/a', ok('new'));
  origin.answer('/say', {
    headers: {
      'cache-control': 'no-store',
      'cache-group-invalidation': '"one"',
    },
  });
  await app.fetch('/say', { method: 'POST' });
  expect((await app.fetch('/a#part')).text).toBe('new');
});

test('purge by tag drops every URL of the group, and no other', async ({
  app,
  origin,
}) => {
  for (const path of ['/a', '/b'])
    origin.answer(path, {
      headers: { ...FRESH, 'cache-groups': '"user"' },
      body: path,
    });
  origin.answer('/c', { headers: FRESH, body: '/c' });
  await app.ask('warm', { urls: ['/a', '/b', '/c'] });
  expect(await app.ask('purge', { filter: { tag: 'user' } })).toBe(2);
  expect(await app.keys()).toEqual([app.key('/c')]);
});
