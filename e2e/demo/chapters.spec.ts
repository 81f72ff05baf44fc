import { AxeBuilder } from '@axe-core/playwright';
import { CHECKS } from '../../demo/checks.js';
import { expect, test } from './demo-page.js';

for (const { how, resource } of [
  { how: 'truncate', resource: 'image' },
  { how: 'flip-bit', resource: 'json' },
  { how: 'drop-payload', resource: 'script' },
]) {
  test(`beside Workbox, ${how}: mendbox answers right bytes, CacheFirst the broken ones, and again`, async ({
    demo: { page },
    demo,
  }) => {
    await demo.open();
    await page.locator('#beside-what').selectOption(resource);
    await page.locator('#beside-how').selectOption(how);
    await page.getByTestId('beside-run').click();
    await expect(page.getByTestId('beside-outcome')).toContainText(
      'the same damage',
    );
    const part = (side: string, name: string) =>
      page.getByTestId(`beside-${side}`).locator(`[data-part=${name}]`);
    await expect(part('mendbox', 'proof')).toHaveAttribute(
      'data-proof',
      'equal',
    );
    await expect(part('mendbox', 'next')).toHaveAttribute(
      'data-proof',
      'equal',
    );
    await expect(part('workbox', 'proof')).toHaveAttribute(
      'data-proof',
      'different',
    );
    await expect(part('workbox', 'next')).toHaveAttribute(
      'data-proof',
      'different',
    );
    // The page's own worker did the healing.
    await expect(demo.rows).toHaveCount(1);
  });
}

test('the flight of a hit is looked up and validated; that of a healing is dropped, replayed and stored too', async ({
  demo: { page },
  demo,
}) => {
  await demo.open();
  await page.getByTestId('flight-run').click();
  await expect(page.getByTestId('flight-outcome')).toContainText(
    'upright line',
  );
  const lane = (name: string) =>
    page.getByTestId('flight-lanes').getByRole('table', { name });
  const taken = '[data-taken=true] th';
  const hit = lane('A normal hit');
  await expect(hit).toContainText('mendbox; hit');
  await expect(hit.locator(taken)).toHaveText(['clone', 'lookup', 'validate']);
  const healing = lane('A healing');
  await expect(healing).toContainText('detail=healed-digest-mismatch');
  await expect(healing.locator(taken)).toHaveText([
    'clone',
    'lookup',
    'validate',
    'drop',
    'replay',
    'store',
  ]);
});

test('mendbox keeps every rule of the checks, and this browser’s own cache is judged beside it', async ({
  demo: { page },
  demo,
}) => {
  await demo.open();
  await page.getByTestId('checks-run').click();
  await expect(page.getByTestId('checks-outcome')).toContainText(
    `Of ${CHECKS.length} checks mendbox passes ${CHECKS.length},`,
  );
  for (const { id } of CHECKS) {
    const cells = page.locator(`[data-check=${id}] td [data-proof]`);
    await expect(cells).toHaveCount(2);
    await expect(cells.first()).toHaveAttribute('data-proof', 'equal');
  }
  // No engine keeps two variants of one URL, so the column is no copy of ours.
  await expect(
    page.locator('[data-check=variants] td [data-proof]').last(),
  ).toHaveAttribute('data-proof', 'different');
});

test('a release waits for the user’s yes, a worker of another version is noticed, and the kill switch ends it', async ({
  demo: { page },
  demo,
}) => {
  await demo.open();
  await page.getByTestId('lifecycle-open').click();
  const app = page.frameLocator('#lifecycle-frame');
  const worker = app.getByTestId('app-worker');
  const release = app.getByTestId('app-release');
  await expect(worker).toHaveText('in control');
  await expect(release).toHaveText(/^\d+$/);
  const first = await release.textContent();

  await page.getByTestId('deploy-release').click();
  await expect(app.getByTestId('app-prompt')).toBeVisible();
  await expect(release).toHaveText(String(first));
  await app.getByTestId('app-accept').click();
  await expect(release).toHaveText(String(Number(first) + 1));
  await expect(app.getByTestId('app-mismatch')).toBeHidden();

  await page.getByTestId('deploy-skew').click();
  await app.getByTestId('app-accept').click();
  await expect(app.getByTestId('app-mismatch')).toContainText('with 0.0.9');

  await demo.store('json');
  await page.getByTestId('deploy-kill').click();
  await expect(worker).toHaveText('none of its own');
  // It dropped this page's database too, and the page heals.
  await demo.fetch('json');
  await demo.isProven('json');

  await page.getByTestId('deploy-release').click();
  await expect(worker).toHaveText('in control');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`with every chapter played nothing scrolls sideways at 390 px, and axe finds nothing wrong in ${colorScheme}`, async ({
    demo: { page },
    demo,
  }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await demo.open();
    // By the keyboard alone.
    for (const name of ['beside-run', 'flight-run', 'checks-run']) {
      await page.getByTestId(name).focus();
      await page.keyboard.press('Enter');
      await expect(page.getByTestId(name)).toBeDisabled();
      await expect(page.getByTestId(name)).toBeEnabled();
    }
    await page.getByTestId('lifecycle-open').press('Enter');
    const app = page.frameLocator('#lifecycle-frame');
    await expect(app.getByTestId('app-worker')).toHaveText('in control');
    await expect(page.locator('.checks tbody tr')).toHaveCount(CHECKS.length);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(over).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
    ).toEqual([]);
  });
}
