import type { Page, Response } from '@playwright/test';
import { startOwn } from '../own-worker.js';
import { loadTesting } from '../testing/load.js';
import { expect, test } from './window.js';

const kept = { 'cache-control': 'max-age=600', 'content-type': 'text/css' };

/** Opens the page as a person would. */
async function open(page: Page, path = '/__mendbox'): Promise<Response> {
  const response = await page.goto(new URL(path, page.url()).href);
  if (!response) throw new TypeError('there is a response to a navigation');
  return response;
}

test('the state page shows counts, events and stored responses, and no content', async ({
  bare,
  origin,
}) => {
  origin.answer('/a.css', { headers: kept, body: 'secret' });
  await bare.evaluate(async () => {
    const worker = await window.mendbox.register('/worker.js?statePage');
    if (worker.registered) await worker.controlled;
    await window.mendbox.warm(['/a.css']);
    document.head.append(
      Object.assign(document.createElement('script'), { src: '/gone.js' }),
    );
    await new Promise((resolve) => window.mendbox.onSkew(resolve));
  });
  const response = await open(bare);
  expect(response.headers()).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  });
  const text = await bare.locator('body').innerText();
  expect(text).not.toContain('secret');
  expect(JSON.parse(text)).toMatchObject({
    state: 'ready',
    entries: 1,
    version: expect.stringMatching(/^\d/),
    events: [{ type: 'skew', url: `${origin.url}/gone.js` }],
    stored: [{ url: `${origin.url}/a.css`, status: 200, bytes: 6 }],
  });
});

test('the state page is there however its name is written', async ({
  bare,
}) => {
  await bare.evaluate(async () => {
    const worker = await window.mendbox.register('/worker.js?state-page');
    if (worker.registered) await worker.controlled;
  });
  expect((await open(bare)).status()).toBe(200);
});

test('the state page shows every cache of the worker', async ({
  idle,
  origin,
}) => {
  for (const path of ['/a.css', '/pictures/a'])
    origin.answer(path, { headers: kept, body: path });
  await startOwn(
    idle,
    `const pictures = new HealingCache({ cacheName: 'pictures' });
    const isPicture = (url) => url.pathname.startsWith('/pictures/');
    self.addEventListener('fetch', (event) => {
      const { request } = event;
      if (isPicture(new URL(request.url)))
        event.respondWith(pictures.handle({ event, request }));
    });
    install({ statePage: true, match: ({ url }) => !isPicture(url) });`,
  );
  for (const path of ['/a.css', '/pictures/a']) await idle.fetch(path);
  await loadTesting(idle.page);
  await idle.page.evaluate(() =>
    window.testing.corrupt('/pictures/a', 'flip-bit', {
      cacheName: 'pictures',
    }),
  );
  expect((await idle.fetch('/pictures/a')).text).toBe('/pictures/a');
  await expect.poll(() => idle.heals()).toHaveLength(1);
  await open(idle.page);
  const text = await idle.page.locator('body').innerText();
  expect(JSON.parse(text)).toMatchObject({
    events: [{ type: 'heal', url: `${origin.url}/pictures/a` }],
    stored: expect.arrayContaining([
      expect.objectContaining({ url: `${origin.url}/a.css` }),
      expect.objectContaining({ cacheName: 'pictures' }),
    ]),
  });
});

test('the state page lies in the scope of the worker, and shows the latest fifty events', async ({
  idle,
  origin,
}) => {
  await startOwn(idle, 'install({ statePage: true });');
  const count = 60;
  await idle.page.evaluate(async (most) => {
    const told = new Promise<void>((resolve) => {
      new BroadcastChannel('mendbox').addEventListener('message', (event) => {
        if (event.data.url.endsWith(`/gone-${most}.js`)) resolve();
      });
    });
    for (let n = 1; n <= most; n++)
      await import(`/gone-${n}.js`).catch(() => undefined);
    await told;
  }, count);
  await open(idle.page);
  const state = JSON.parse(await idle.page.locator('body').innerText());
  const urls = state.events.map(({ url }: { url: string }) => url);
  expect(urls).toHaveLength(50);
  expect(urls[0]).toBe(`${origin.url}/gone-11.js`);
  expect(origin.requests('/__mendbox')).toHaveLength(0);
});

test("without the option the state page is the origin's", async ({
  app,
  origin,
}) => {
  origin.answer('/__mendbox', {
    headers: { 'content-type': 'text/plain' },
    body: 'mine',
  });
  await open(app.page);
  expect(await app.page.locator('body').innerText()).toBe('mine');
});
