import type { SkewEvent } from '../../src/fault.js';
import type { App } from '../fixtures.js';
import { sha256 } from '../origin.js';
import { startOwn } from '../own-worker.js';
import { expect, load, test } from './window.js';

const stale = { 'cache-control': 'max-age=0', etag: '"1"' };
const script = { ...stale, 'content-type': 'text/javascript' };
const html = { 'content-type': 'text/html', 'cache-control': 'max-age=600' };

/** Hears of skew in the page from now on. */
const listen = (app: App): Promise<void> =>
  app.page.evaluate(() => {
    const heard: SkewEvent[] = [];
    Object.assign(window, { heard });
    window.mendbox.onSkew((event) => heard.push(event));
  });

const heard = (app: App): Promise<SkewEvent[]> =>
  app.page.evaluate(() => (window as unknown as { heard: SkewEvent[] }).heard);

/** Loads a URL as an element of the page would; resolves to the event that the element gets. */
const loadAs = (app: App, tag: string, path: string): Promise<string> =>
  app.page.evaluate(
    ([name, url]) =>
      new Promise<string>((resolve) => {
        const element = document.createElement(name);
        for (const type of ['load', 'error'])
          element.addEventListener(type, () => resolve(type));
        if (element instanceof HTMLLinkElement) {
          element.rel = 'stylesheet';
          element.href = url;
        } else element.setAttribute('src', url);
        document.head.append(element);
      }),
    [tag, path] as const,
  );

for (const [what, gone] of [
  ['404', { status: 404, headers: {}, body: 'gone' }],
  ['410', { status: 410, headers: {}, body: 'gone' }],
  ['HTML', { status: 200, headers: html, body: '<!doctype html>' }],
] as const) {
  test(`a chunk that is gone raises one event: ${what}; what was stored of it stays`, async ({
    app,
    origin,
  }) => {
    await load(app.page);
    await listen(app);
    origin.answer('/chunk.js', { headers: script, body: 'window.ran = 1' });
    expect(await loadAs(app, 'script', '/chunk.js')).toBe('load');
    await app.settled('/chunk.js');
    expect(await heard(app)).toEqual([]);

    origin.answer('/chunk.js', gone);
    await loadAs(app, 'script', '/chunk.js');
    await expect.poll(() => heard(app)).toHaveLength(1);
    expect(await heard(app)).toEqual([
      {
        type: 'skew',
        url: app.key('/chunk.js'),
        destination: 'script',
        status: gone.status,
        at: expect.any(Number),
        id: expect.any(String),
      },
    ]);
    await app.settled('/chunk.js', sha256('window.ran = 1'));
  });
}

test('a dynamic import and a style sheet are parts of a page; an image and a fetch are not', async ({
  app,
  origin,
}) => {
  await load(app.page);
  await listen(app);
  const gone = { status: 404, headers: { 'cache-control': 'no-store' } };
  for (const path of ['/image.png', '/data', '/style.css', '/part.js'])
    origin.answer(path, gone);
  await loadAs(app, 'img', '/image.png');
  await app.fetch('/data');
  await loadAs(app, 'link', '/style.css');
  const imported = app.page.evaluate((path) => import(path), '/part.js');
  await expect(imported).rejects.toThrow();
  await expect.poll(() => heard(app)).toHaveLength(2);
  const events = (await heard(app)).map(({ url, destination }) => [
    url.replace(origin.url, ''),
    destination,
  ]);
  expect(events).toEqual([
    ['/style.css', 'style'],
    ['/part.js', 'script'],
  ]);
});

test("onSkew in the worker is called as well, and what it throws is nobody's affair", async ({
  idle,
  origin,
}) => {
  await startOwn(
    idle,
    `install({ onSkew: ({ url }) => {
      new BroadcastChannel('worker').postMessage(url);
      throw new Error('on purpose');
    } });`,
  );
  await idle.page.evaluate(() => {
    const urls: unknown[] = [];
    Object.assign(window, { urls });
    new BroadcastChannel('worker').addEventListener('message', ({ data }) =>
      urls.push(data),
    );
  });
  origin.answer('/chunk.js', { status: 404 });
  expect(await loadAs(idle, 'script', '/chunk.js')).toBe('error');
  await expect
    .poll(() =>
      idle.page.evaluate(() => (window as unknown as { urls: string[] }).urls),
    )
    .toEqual([idle.key('/chunk.js')]);
});
