import { expect, test } from './demo-page.js';

test('a large picture plays on through slices that are broken, and the bar shows the joints', async ({
  demo: { page },
  demo,
}) => {
  await demo.open();
  const play = page.getByTestId('player-play');
  const outcome = page.getByTestId('player-outcome');
  const slice = (n: number) => page.getByTestId(`slice-${n}`);
  await expect(slice(4)).toBeDisabled();
  await play.click();
  await expect(outcome).toHaveAttribute('data-proof', 'equal', {
    timeout: 20_000,
  });
  await expect(slice(23)).toHaveAttribute('data-state', 'drawn');
  for (const broken of [4, 5, 9]) {
    await slice(broken).click();
    await expect(slice(broken)).toHaveAttribute('data-state', 'broken');
  }
  await play.click();
  for (const mended of [4, 5, 9])
    await expect(slice(mended)).toHaveAttribute('data-state', 'mended', {
      timeout: 20_000,
    });
  await expect(outcome).toContainText('came again', { timeout: 20_000 });
  await expect(outcome).toHaveAttribute('data-proof', 'equal');
  await expect(demo.rows).toHaveCount(2);
});
