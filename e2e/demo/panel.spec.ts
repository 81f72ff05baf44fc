import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test, type DemoPage } from './demo-page.js';

/** The panel of the page; Playwright's locators see through its shadow root. */
class Panel {
  readonly root: Locator;
  readonly status: Locator;
  readonly log: Locator;

  constructor(page: Page) {
    this.root = page.locator('mendbox-panel');
    this.status = this.root.getByRole('status');
    this.log = this.root.getByRole('log', { name: 'Heal log' });
  }

  press(name: string): Promise<void> {
    return this.root.getByRole('button', { name, exact: true }).click();
  }

  row(url: string): Locator {
    return this.root.locator(`tr[data-url$="${url}"]`);
  }

  fact(name: string): Locator {
    return this.root.locator(`[data-fact=${name}]`);
  }
}

async function opened(demo: DemoPage): Promise<Panel> {
  await demo.open();
  return new Panel(demo.page);
}

test('the panel lists what is stored, and the bars of freshness count down', async ({
  demo,
}) => {
  const panel = await opened(demo);
  await demo.store('json');
  const row = panel.row('/data.json');
  await expect(row).toContainText('1.05 kB');
  const meter = row.getByRole('meter', { name: 'Freshness of' });
  await expect(meter).toHaveAttribute('aria-valuetext', /^\d+ s left$/);
  const before = await meter.getAttribute('aria-valuetext');
  await expect(meter).not.toHaveAttribute('aria-valuetext', String(before));
  const bytes = panel.root.getByRole('meter', { name: 'Bytes' });
  await expect(bytes).toHaveAttribute('aria-valuetext', /of 268 MB$/);
  await expect(panel.fact('storage')).toHaveText('IndexedDB');
  await expect(panel.fact('breaker')).toHaveText('closed');
});

test('variants are told apart by the request fields that Vary names, and by their partition', async ({
  demo,
}) => {
  const panel = await opened(demo);
  const column = panel.root.getByRole('columnheader', { name: 'Variant' });
  await demo.store('json');
  await expect(panel.row('/data.json')).toBeVisible();
  await expect(column).toBeHidden();
  const url = await demo.page.evaluate(async () => {
    const variant = '/demo-origin/check?id=variants&token=panel';
    for (const language of ['en', 'de', undefined])
      await (
        await fetch(variant, {
          headers: language === undefined ? {} : { 'X-Language': language },
          credentials: language === undefined ? 'omit' : 'same-origin',
        })
      ).text();
    return variant;
  });
  const variants = panel.row(url).locator('.variant');
  await expect(variants).toHaveText([
    'without credentialsx-language: not sent',
    'x-language: de',
    'x-language: en',
  ]);
  await expect(column).toBeVisible();
});

test('a response that the panel breaks is healed, and the log tells of it, sifts and copies', async ({
  demo,
}) => {
  await demo.page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: {
        writeText: (text: string) => {
          document.documentElement.dataset['copied'] = text;
          return Promise.resolve();
        },
      },
    });
  });
  const panel = await opened(demo);
  await demo.store('json');
  await demo.store('script');
  const how = panel.root.getByLabel('How to break', { exact: true });
  for (const [name, by] of [
    ['/data.json', 'truncate'],
    ['/script.js', 'drop-payload'],
  ] as const) {
    await how.selectOption(by);
    await panel.row(name).getByRole('button', { name: 'Break' }).click();
    await expect(panel.status).toContainText(`is broken (${by})`);
  }
  await demo.fetch('json');
  await demo.isProven('json');
  await demo.fetch('script');
  await demo.isProven('script');
  const rows = panel.log.getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('payload-missing');

  await panel.root.getByRole('searchbox').fill('length');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('length-mismatch');
  await panel.press('Copy as JSON');
  await expect(panel.status).toHaveText('1 events copied.');
  const copied = await demo.page.locator('html').getAttribute('data-copied');
  expect(JSON.parse(copied ?? '')).toMatchObject([
    { type: 'heal', fault: 'length-mismatch', outcome: 'replayed' },
  ]);
});

test('verify reports, verify and mend mends, purge drops one and all; the cards follow', async ({
  demo,
}) => {
  const panel = await opened(demo);
  await demo.store('json');
  await demo.store('image');
  await demo.break('flip-bit', 'json');
  await panel.press('Verify');
  await expect(panel.status).toContainText('/data.json: digest-mismatch.');
  await panel.press('Verify and mend');
  await expect(panel.status).toContainText('digest-mismatch, refetched.');
  await demo.fetch('json');
  await demo.isProven('json');

  await panel.row('/bowl.svg').getByRole('button', { name: 'Purge' }).click();
  await expect(panel.status).toHaveText('/demo-origin/bowl.svg: 1 dropped.');
  await expect(panel.row('/bowl.svg')).toHaveCount(0);
  await expect(demo.halves('image').first()).toHaveAttribute(
    'data-half',
    'absent',
  );
  await panel.press('Purge all');
  await expect(panel.status).toContainText('entries dropped.');
  await expect(panel.row('/data.json')).toHaveCount(0);
});

test('a store that hangs is told as pass-through with an open breaker, and comes back', async ({
  demo,
}) => {
  const panel = await opened(demo);
  await demo.store('json');
  await panel.root.getByLabel('How to break the store').selectOption('hold');
  await panel.press('Break the store');
  await expect(panel.fact('breaker')).toContainText('open, next try in');
  await expect(panel.fact('storage')).toContainText('pass-through');
  await expect(panel.fact('storage')).toHaveText('IndexedDB');
  await expect(panel.fact('breaker')).toHaveText('closed');
});

test('offline the stored answers, the rest fails, and what is broken cannot be healed', async ({
  demo,
}) => {
  const panel = await opened(demo);
  await demo.store('json');
  await demo.store('image');
  const offline = panel.root.getByRole('button', { name: 'Offline' });
  await offline.click();
  await expect(offline).toHaveAttribute('aria-pressed', 'true');
  await demo.fetch('json');
  await expect(demo.part('source', 'json')).toHaveText('hit');
  await demo.isProven('json');
  await demo.fetch('script');
  await expect(demo.part('source', 'script')).toHaveText('failed');
  // Not what has just answered from memory: the idle probe would mend that without the network.
  await demo.break('flip-bit', 'image');
  await demo.fetch('image');
  await expect(demo.part('source', 'image')).toHaveText('failed');
  await expect(panel.log.locator('[data-outcome=network-error]')).toBeVisible();
  await offline.click();
  await expect(offline).toHaveAttribute('aria-pressed', 'false');
  await demo.fetch('image');
  await demo.isProven('image');
});

test('hit ratio and latency are drawn, and told in words', async ({
  demo,
  browserName,
}) => {
  const panel = await opened(demo);
  const ratio = panel.root.getByRole('img', { name: 'Hit ratio' });
  await expect(ratio.locator('canvas')).toBeVisible();
  await demo.store('json');
  await expect(async () => {
    await demo.fetch('json');
    await expect(ratio).toHaveAccessibleName(/Hit ratio: last [1-9]\d* %/, {
      timeout: 1,
    });
    // Firefox 153 keeps the times of what a worker answers to itself.
    if (browserName === 'firefox')
      await expect(
        panel.root.getByText('This browser does not tell'),
      ).toBeVisible({ timeout: 1 });
    else
      await expect(
        panel.root.getByRole('img', { name: 'Latency' }),
      ).toHaveAccessibleName(/last hit [\d.]+ ms/, { timeout: 1 });
  }).toPass({ intervals: [250] });
});

test('a screen reader hears the names of columns and buttons without their arrows, and the freshness once', async ({
  demo,
}) => {
  const panel = await opened(demo);
  await demo.store('json');
  await expect(panel.row('/data.json')).toBeVisible();
  const table = panel.root.getByRole('table', { name: 'Entries' });
  await expect(table).toMatchAriaSnapshot(`
    - table "Entries":
      - rowgroup:
        - row:
          - columnheader "URL"
          - columnheader "Size"
          - columnheader "Last used"
          - columnheader "Fresh for"
          - columnheader "Actions"
      - rowgroup:
        - row:
          - rowheader "/demo-origin/data.json"
          - cell
          - cell "just now"
          - cell /^\\d+ s left$/
          - cell:
            - button "Break /demo-origin/data.json"
            - button "Purge /demo-origin/data.json"
  `);
});

test('the keyboard sorts, breaks and purges, and keeps its place while the list is renewed', async ({
  demo: { page },
  demo,
}) => {
  const panel = await opened(demo);
  await demo.store('json');
  await demo.store('image');
  await expect(panel.row('/bowl.svg')).toBeVisible();
  const size = panel.root.getByRole('columnheader', { name: 'Size' });
  await size.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect(size).toHaveAttribute('aria-sort', 'ascending');
  await page.keyboard.press('Enter');
  await expect(size).toHaveAttribute('aria-sort', 'descending');
  await expect(panel.root.locator('tbody tr').last()).not.toHaveAttribute(
    'data-url',
    /bowl\.svg$/,
  );
  const harm = panel.row('/bowl.svg').getByRole('button', { name: 'Break' });
  await harm.focus();
  await page.keyboard.press('Space');
  await expect(panel.status).toContainText('is broken');
  await demo.page.evaluate(() => fetch('/demo-origin/style.css'));
  await expect(panel.row('/style.css')).toBeVisible();
  await expect(harm).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(panel.row('/bowl.svg')).toHaveCount(0);
});

test('in a narrow panel every entry keeps its buttons in sight, and is still a row of a table', async ({
  demo,
}) => {
  await demo.page.setViewportSize({ width: 360, height: 800 });
  const panel = await opened(demo);
  await demo.store('json');
  const row = panel.root
    .getByRole('table')
    .getByRole('row')
    .filter({ has: demo.page.getByRole('rowheader', { name: '/data.json' }) });
  await row.scrollIntoViewIfNeeded();
  for (const name of ['Break', 'Purge'])
    await expect(row.getByRole('button', { name })).toBeInViewport({
      ratio: 1,
    });
});

test('at 390 px the panel is less than two screens long, however much it lists', async ({
  demo,
}) => {
  const height = 844;
  await demo.page.setViewportSize({ width: 390, height });
  const panel = await opened(demo);
  await demo.page.getByTestId('fetch-all').click();
  await expect(panel.row('/slow.txt')).toBeVisible();
  const box = await panel.root.boundingBox();
  expect(box?.height).toBeLessThan(1.75 * height);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing wrong with the page in ${colorScheme}`, async ({
    demo: { page },
    demo,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const panel = await opened(demo);
    await demo.store('json');
    await demo.break('flip-bit', 'json');
    await demo.fetch('json');
    await expect(panel.log.getByRole('listitem')).toHaveCount(1);
    await expect(panel.row('/data.json')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
    ).toEqual([]);
  });
}

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** The code of an entry with everything it imports, at once or when needed. */
async function codeOf(file: string, seen = new Set<string>()): Promise<string> {
  if (seen.has(file)) return '';
  seen.add(file);
  const code = await readFile(file, 'utf8');
  const imported = code.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g);
  const parts = [code];
  for (const [, specifier = ''] of imported)
    parts.push(await codeOf(path.join(path.dirname(file), specifier), seen));
  return parts.join('\n');
}

test('no other entry of the package contains the panel or its chart', async () => {
  const isPanel = (code: string): boolean =>
    code.includes('mendbox-panel') && /uplot/i.test(code);
  expect(isPanel(await codeOf(path.join(DIST, 'devtools.js')))).toBe(true);
  const files = await readdir(DIST);
  const others = files.filter(
    (file) => file.endsWith('.js') && !/^(devtools|chart)\.js$/.test(file),
  );
  expect(others).toContain('window.js');
  for (const file of others) {
    const code = await codeOf(path.join(DIST, file));
    expect(code, file).not.toMatch(/mendbox-panel|uplot/i);
  }
});
