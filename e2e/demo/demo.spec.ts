import type { Fault } from '../../src/fault.js';
import type { How, StorageFault } from '../../src/testing/index.js';
import { DemoPage, expect, test } from './demo-page.js';

const RECORD_BREAKS: readonly { how: How; fault: Fault }[] = [
  { how: 'drop-policy', fault: 'policy-missing' },
  { how: 'drop-payload', fault: 'payload-missing' },
  { how: 'flip-bit', fault: 'digest-mismatch' },
  { how: 'truncate', fault: 'length-mismatch' },
  { how: 'extend', fault: 'length-mismatch' },
  { how: 'wrong-type', fault: 'policy-invalid' },
  { how: 'wrong-body', fault: 'payload-invalid' },
  { how: 'unknown-schema', fault: 'schema-unknown' },
  { how: 'swap', fault: 'pair-mismatch' },
  { how: 'garble-policy', fault: 'policy-invalid' },
  { how: 'break-pair', fault: 'pair-mismatch' },
  { how: 'wrong-key', fault: 'key-mismatch' },
];

for (const { how, fault } of RECORD_BREAKS) {
  test(`${how}: the page gets the origin's bytes, and the log says ${fault}`, async ({
    demo,
  }) => {
    await demo.open();
    await demo.store('json');
    await expect(demo.part('source', 'json')).toHaveText('network');

    await demo.break(how, 'json');
    await demo.fetch('json');

    await demo.isProven('json');
    await expect(demo.part('source', 'json')).toHaveText('healed');
    const row = demo.rows.and(demo.page.locator(`[data-url$="/data.json"]`));
    await expect(row).toHaveCount(1);
    await expect(row).toHaveAttribute('data-fault', fault);
    await expect(row.locator('.row-proof')).toHaveAttribute(
      'data-proof',
      'equal',
    );
    await expect(demo.page.getByTestId('state-heals')).not.toHaveText('0');

    await expect(demo.halves('json').first()).toHaveAttribute(
      'data-half',
      'stored',
    );
    await demo.fetch('json');
    await expect(demo.part('source', 'json')).toHaveText('hit');
    await demo.isProven('json');
    await expect(row).toHaveCount(1);
  });
}

test('the other half of a swap is healed too, when it is asked for', async ({
  demo,
}) => {
  await demo.open();
  await demo.break('swap', 'json');
  await demo.fetch('image');
  await demo.isProven('image');
  await expect(demo.part('source', 'image')).toHaveText('healed');
});

test('a bit flipped in the middle of 5 MB: the stream is joined with right bytes', async ({
  demo,
}) => {
  await demo.open();
  await demo.store('large');
  await demo.break('flip-bit', 'large');
  await demo.fetch('large');
  await demo.isProven('large');
  await expect(demo.part('source', 'large')).toHaveText('healed');
  await expect(demo.rows).toHaveAttribute('data-fault', 'digest-mismatch');
  await expect(demo.rows).toHaveAttribute('data-outcome', 'range-spliced');
  await expect(demo.page.getByTestId('break-outcome')).toHaveText(
    '5 MB file is mended.',
  );
  await demo.fetch('large');
  await demo.isProven('large');
});

const STORAGE_BREAKS: readonly StorageFault[] = [
  'delete-database',
  'higher-version',
  'drop-stores',
  'hold',
];

for (const how of STORAGE_BREAKS) {
  test(`${how}: the page fetches by itself, gets the origin's bytes, and the cache comes back`, async ({
    demo,
  }) => {
    await demo.open();
    await demo.store('json');
    await demo.page.getByTestId(`break-${how}`).click();
    const outcome = demo.page.getByTestId('break-outcome');
    await expect(outcome).toContainText('JSON came all the same');
    await demo.isProven('json');
    // A database that is gone is made anew without a word; one that hangs is told.
    if (how === 'hold')
      await expect(demo.rows).toHaveAttribute('data-fault', 'store-timeout');
    await expect(async () => {
      await demo.fetch('json');
      await demo.isProven('json');
      await expect(demo.part('source', 'json')).toHaveText('hit', {
        timeout: 1,
      });
    }).toPass({ intervals: [250] });
  });
}

test('one button plays the story, fetched, hit, cut in half, mended, and all of it is in sight', async ({
  demo,
}) => {
  await demo.page.setViewportSize({ width: 1440, height: 900 });
  await demo.open();
  const step = (name: string) =>
    demo.page.locator('.steps [aria-current=step]', { hasText: name });
  await demo.page.getByTestId('show').click();
  await expect(demo.part('source', 'image')).toHaveText('network');
  await expect(demo.part('source', 'image')).toHaveText('hit');
  await expect(step('Break')).toBeVisible();
  await expect(demo.page.getByTestId('break-outcome')).toHaveAttribute(
    'data-state',
    'broken',
  );
  await expect(demo.part('source', 'image')).toHaveText('healed');
  await expect(step('Fetch again')).toBeVisible();
  await demo.isProven('image');
  await expect(demo.rows).toHaveAttribute('data-fault', 'length-mismatch');
  await expect(demo.page.getByTestId('show')).toBeEnabled();
  const proofs = demo.page.locator('.steps [data-part=proof]');
  for (const [at, proof] of ['equal', 'different', 'equal'].entries()) {
    await expect(proofs.nth(at)).toHaveAttribute('data-proof', proof);
    await expect(proofs.nth(at)).toBeInViewport({ ratio: 1 });
  }
  await expect(demo.rows.locator('.row-proof')).toBeInViewport({ ratio: 1 });
  expect(await demo.page.evaluate(() => window.scrollY)).toBe(0);
});

test('two healings are seen whole in the log', async ({ demo }) => {
  // As wide as the README's pictures are.
  await demo.page.setViewportSize({ width: 1280, height: 1000 });
  await demo.open();
  for (const [name, how] of [
    ['json', 'flip-bit'],
    ['image', 'truncate'],
  ] as const) {
    await demo.store(name);
    await demo.break(how, name);
    await demo.fetch(name);
    await demo.isProven(name);
  }
  await expect(demo.rows).toHaveCount(2);
  const hidden = await demo.page.getByTestId('heal-log').evaluate((log) => {
    const last = log.querySelector('li:last-child')?.getBoundingClientRect();
    return Number(last?.bottom) - log.getBoundingClientRect().bottom;
  });
  expect(hidden).toBeLessThanOrEqual(0);
});

test('the story follows what is broken by hand: the bytes as they lie there, then the answer', async ({
  demo,
}) => {
  await demo.open();
  const story = demo.page.locator('#story');
  await expect(story.getByRole('img')).toBeVisible();
  await demo.break('drop-payload', 'script');
  await expect(story.getByRole('heading', { name: 'Script' })).toBeVisible();
  const scene = story.locator('[aria-current=step]');
  await expect(scene).toContainText('There are no bytes');
  await expect(scene.locator('[data-half=damaged]')).toContainText('gone');
  await demo.page.getByTestId('fetch-target').click();
  await expect(scene).toContainText('payload-missing');
  await expect(scene.locator('[data-part=proof]')).toHaveAttribute(
    'data-proof',
    'equal',
  );
  await expect(scene.locator('[data-joint=mended]')).toBeVisible();
});

test('everything is fetched at once, and again from the cache; no-store is not stored', async ({
  demo,
}) => {
  await demo.open();
  const fetchAll = demo.page.getByTestId('fetch-all');
  await fetchAll.click();
  await demo.isProven('slow');
  for (const name of ['json', 'image', 'script', 'style', 'large'] as const) {
    await demo.isProven(name);
    await expect(demo.halves(name).last()).toHaveAttribute(
      'data-half',
      'stored',
    );
  }
  await expect(demo.halves('slow').last()).toHaveAttribute(
    'data-half',
    'stored',
  );
  await demo.fetch('slow');
  await expect(demo.part('source', 'slow')).toHaveText('hit');
  await demo.fetch('nostore');
  await demo.isProven('nostore');
  await expect(demo.part('source', 'nostore')).toHaveText('network');
  await expect(demo.halves('nostore').first()).toHaveAttribute(
    'data-half',
    'absent',
  );
});

test('what another tab heals is told as such, and proven by no answer of this one', async ({
  demo,
}) => {
  await demo.open();
  await demo.store('json');
  const other = new DemoPage(await demo.page.context().newPage(), demo.url);
  await other.open();
  await demo.break('flip-bit', 'json');
  await other.fetch('json');
  await expect(other.rows.locator('.row-proof')).toHaveAttribute(
    'data-proof',
    'equal',
  );
  await expect(demo.rows).toHaveAttribute('data-fault', 'digest-mismatch');
  await expect(demo.rows.locator('.row-proof')).toHaveAttribute(
    'data-proof',
    'none',
  );
  await expect(demo.page.locator('.steps [aria-current=step]')).toContainText(
    'No card of this page asked',
  );
});

test('without service workers the page works uncached, and says so', async ({
  demo,
}) => {
  await demo.page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'serviceWorker', {
      value: undefined,
    });
  });
  await demo.page.goto(demo.url);
  await expect(demo.page.locator('#notice')).toContainText('No service worker');
  await demo.fetch('json');
  await demo.isProven('json');
  await expect(demo.part('source', 'json')).toHaveText('network');
  await expect(demo.page.getByTestId('break-flip-bit')).toBeDisabled();
  await expect(demo.page.locator('mendbox-panel')).toContainText(
    'this page has no service workers',
  );
});

for (const width of [360, 1600]) {
  test(`nothing is cut off or scrolls sideways at ${width} px`, async ({
    demo,
  }) => {
    await demo.page.setViewportSize({ width, height: 800 });
    await demo.open();
    await demo.fetch('json');
    const over = await demo.page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(over).toBeLessThanOrEqual(0);
  });
}
