import type { Page } from '@playwright/test';
import type { Problem, RegisterOptions } from '../../src/window/index.js';
import { bundled } from '../own-worker.js';
import { expect, load, test } from './window.js';

const javascript = { 'content-type': 'text/javascript' };

/** register() in the page, without what cannot leave it, and what it warned of. */
async function register(
  page: Page,
  url: string,
  options: RegisterOptions = {},
): Promise<Problem & { registered: boolean; warned: string[] }> {
  const warned: string[] = [];
  page.on('console', (line) => {
    if (line.type() === 'warning') warned.push(line.text());
  });
  const result = await page.evaluate(
    async ([script, given]) => {
      const registered = await window.mendbox.register(script, given);
      return JSON.parse(JSON.stringify(registered)) as Problem & {
        registered: boolean;
      };
    },
    [url, options] as const,
  );
  return { ...result, warned };
}

test('the ready-made worker takes control of the page that registers it', async ({
  bare,
}) => {
  const isControlled = await bare.evaluate(async () => {
    const worker = await window.mendbox.register();
    if (worker.registered) await worker.controlled;
    return navigator.serviceWorker.controller !== null;
  });
  expect(isControlled).toBe(true);
  const { entries, version } = await bare.evaluate(() =>
    window.mendbox.stats(),
  );
  expect(entries).toBe(0);
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
});

test('a missing file is told with its URL, the status and what to do', async ({
  bare,
  origin,
}) => {
  const result = await register(bare, '/nothing.js');
  expect(result).toMatchObject({ registered: false, reason: 'missing' });
  expect(result.message).toContain(
    `${origin.url}/nothing.js answers with status 404. Copy `,
  );
  expect(result.warned.join()).toContain(result.message);
});

for (const status of [500, 403]) {
  test(`a status that is no success is told as such: ${status}`, async ({
    bare,
    origin,
  }) => {
    origin.answer('/worker.js', { status, headers: javascript });
    const result = await register(bare, '/worker.js');
    expect(result).toMatchObject({ registered: false, reason: 'wrong-status' });
    expect(result.message).toContain(
      `/worker.js answers with status ${status}`,
    );
  });
}

for (const [url, options] of [
  ['http://', {}],
  ['/worker.js', { scope: 'http://' }],
] as const) {
  test(`what is no URL is told: ${url} ${JSON.stringify(options)}`, async ({
    bare,
  }) => {
    const result = await register(bare, url, options);
    expect(result).toMatchObject({ registered: false, reason: 'wrong-url' });
    expect(result.message).toContain('http:// is not a URL.');
  });
}

test('a page sent in place of the file is told with its type', async ({
  bare,
  origin,
}) => {
  origin.answer('/app.js', {
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html>',
  });
  const result = await register(bare, '/app.js');
  expect(result).toMatchObject({ registered: false, reason: 'wrong-type' });
  expect(result.message).toContain('/app.js is served as text/html');
  expect(result.message).toContain('Copy mendbox/dist/worker.js ');
});

test('a file without a Content-Type is told as such', async ({
  bare,
  origin,
}) => {
  origin.answer('/app.js', { body: 'self;' });
  const result = await register(bare, '/app.js');
  expect(result).toMatchObject({ registered: false, reason: 'wrong-type' });
  expect(result.message).toContain('/app.js is served without a Content-Type');
});

test('a scope above the file is told with both paths', async ({
  bare,
  origin,
}) => {
  origin.answer('/deep/worker.js', { headers: javascript });
  const result = await register(bare, '/deep/worker.js', { scope: '/' });
  expect(result).toMatchObject({ registered: false, reason: 'wrong-scope' });
  expect(result.message).toContain('may control /deep/, not /.');
});

test('a worker whose folder does not hold the page is registered, and the page is told', async ({
  bare,
  origin,
}) => {
  origin.answer('/deep/worker.js', { headers: javascript });
  const result = await register(bare, '/deep/worker.js');
  expect(result.registered).toBe(true);
  expect(result.warned.join()).toContain('/deep/ holds the worker, not this');
  const meant = await register(bare, '/deep/worker.js', { scope: '/deep/' });
  expect(meant).toMatchObject({ registered: true, warned: [] });
});

const takes =
  'register() takes { onProblem: function, onUpdate: function, onMismatch: function, scope: string, type: "classic", type: "module", updateViaCache: "imports", updateViaCache: "all", updateViaCache: "none" }, not';

for (const [options, wrong] of [
  [{ onUpdte: 1 }, 'onUpdte: number'],
  [{ onUpdate: 1 }, 'onUpdate: number'],
  [{ onProblem: 'log' }, 'onProblem: string'],
  ['/', 'String'],
] as const)
  test(`a wrong option is told, and the worker registered: ${JSON.stringify(options)}`, async ({
    bare,
  }) => {
    const result = await register(bare, '/worker.js', options as never);
    expect(result).toMatchObject({
      registered: true,
      warned: [`mendbox: ${takes} ${wrong}`],
    });
  });

test("an option's value that the browser refuses is told with those that it takes", async ({
  bare,
}) => {
  const options = { updateViaCache: 'some' };
  const result = await register(bare, '/worker.js', options as never);
  expect(result).toMatchObject({
    registered: false,
    reason: 'wrong-option',
    message: `${takes} updateViaCache: string`,
  });
});

test('a scope that the server allows is registered', async ({
  bare,
  origin,
}) => {
  const headers = { ...javascript, 'service-worker-allowed': '/' };
  origin.answer('/deep/worker.js', { headers });
  const result = await register(bare, '/deep/worker.js', { scope: '/' });
  expect(result).toMatchObject({ registered: true, warned: [] });
});

test('a redirect is told with the URL to use instead', async ({
  bare,
  origin,
}) => {
  origin.answer('/old.js', { status: 302, headers: { location: '/new.js' } });
  origin.answer('/new.js', { headers: javascript });
  const result = await register(bare, '/old.js');
  expect(result).toMatchObject({ registered: false, reason: 'redirected' });
  expect(result.message).toContain(`${origin.url}/new.js`);
});

test("another origin's script is told as such", async ({ bare, elsewhere }) => {
  const result = await register(bare, `${elsewhere.url}/worker.js`);
  expect(result).toMatchObject({ registered: false, reason: 'wrong-origin' });
});

test('a script that throws is told with its URL and where to look', async ({
  bare,
  origin,
}) => {
  const body = 'throw new Error("on purpose");';
  origin.answer('/throws.js', { headers: javascript, body });
  const result = await register(bare, '/throws.js');
  expect(result).toMatchObject({ registered: false, reason: 'broken' });
  expect(result.message).toContain('/throws.js does not start: ');
  expect(result.message).toContain('about:debugging');
});

for (const [script, said] of [
  ['install({ maxEntries: 1.5 });', '"maxEntries" of install() takes'],
  ['new HealingCache({ match() {} });', 'new HealingCache() has no option'],
] as const)
  test(`a worker with a wrong option is told with the option: ${script}`, async ({
    bare,
    origin,
  }) => {
    const body = await bundled(script);
    origin.answer('/own.js', { headers: javascript, body });
    const result = await register(bare, '/own.js');
    expect(result).toMatchObject({ registered: false, reason: 'broken' });
    expect(result.message).toContain(
      `${origin.url}/own.js does not start: mendbox: `,
    );
    expect(result.message).toContain(said);
  });

test('where problem.js cannot be had, that is said, and what the browser said', async ({
  bare,
  origin,
}) => {
  origin.answer('/dist/problem.js', { status: 404 });
  const result = await register(bare, '/nothing.js');
  expect(result).toMatchObject({ registered: false, reason: 'unexplained' });
  expect(result.message).toMatch(/^\/nothing\.js: TypeError: .*problem\.js/);
});

test('a server that is away is told as such', async ({ bare, origin }) => {
  await origin.goOffline();
  const result = await register(bare, '/worker.js');
  expect(result).toMatchObject({ registered: false, reason: 'unreachable' });
});

test('B16: blocked storage is told apart from a wrong script', async ({
  bare,
  origin,
}) => {
  origin.answer('/empty.js', { headers: javascript });
  // What Firefox and Chromium reject with when the user blocks cookies and site data.
  await bare.evaluate(() => {
    navigator.serviceWorker.register = () =>
      Promise.reject(
        new DOMException('The operation is insecure.', 'SecurityError'),
      );
  });
  const result = await register(bare, '/empty.js');
  expect(result).toMatchObject({ registered: false, reason: 'blocked' });
});

for (const isSecure of [true, false]) {
  test(`without service workers the page works on, ${isSecure ? 'secure' : 'insecure'}`, async ({
    page,
    origin,
  }) => {
    await page.addInitScript((secure) => {
      const off = { configurable: true, value: undefined };
      Object.defineProperty(Navigator.prototype, 'serviceWorker', off);
      Object.defineProperty(window, 'isSecureContext', { value: secure });
    }, isSecure);
    await page.goto(`${origin.url}/`);
    await load(page);
    const result = await register(page, '/worker.js');
    expect(result).toMatchObject({
      registered: false,
      reason: isSecure ? 'unsupported' : 'insecure',
    });
    await expect(page.evaluate(() => window.mendbox.stats())).rejects.toThrow(
      `mendbox: ${result.message}`,
    );
    const wasThere = await page.evaluate(async () => {
      window.mendbox.onHeal(() => undefined)();
      return await window.mendbox.unregister();
    });
    expect(wasThere).toBe(false);
  });
}

test('a problem is handed to the page when it asks for it', async ({
  bare,
}) => {
  const [result, told] = await bare.evaluate(async () => {
    const problems: Problem[] = [];
    const onProblem = (problem: Problem) => problems.push(problem);
    const registered = await window.mendbox.register('/no.js', { onProblem });
    return [registered, problems] as const;
  });
  expect(told).toEqual([expect.objectContaining({ reason: 'missing' })]);
  expect(result).toEqual({ registered: false, ...told[0] });
});
