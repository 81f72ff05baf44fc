// The page's side. Both functions are sent to the page as text, so each stands alone.

/** Registers the worker and waits until it controls the page. */
export async function control(script) {
  const { serviceWorker } = navigator;
  const controlled = new Promise((resolve) => {
    serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  });
  await serviceWorker.register(script, { scope: '/', updateViaCache: 'none' });
  if (serviceWorker.controller === null) await controlled;
}

/**
 * Runs tests with plain fetch(), several at a time, and tells what the page saw of each request: nothing is judged here.
 * A test ends with the first request that fails.
 */
export async function observe({ tests, atOnce, patienceMs, pauseMs }) {
  const wait = (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });

  const requestOf = (test, index, before) => {
    const step = test.requests[index];
    const now = Number(before?.headers['server-now']);
    const headers = (step.request_headers ?? []).map(([name, value]) => {
      const isRelative =
        before !== undefined &&
        step.magic_ims &&
        name.toLowerCase() === 'if-modified-since' &&
        Number.isInteger(value);
      const date = isRelative && new Date(now + value * 1000).toUTCString();
      return [name, date || String(value)];
    });
    headers.push(['Test-Name', test.name], ['Test-ID', test.id]);
    headers.push(['Req-Num', String(index + 1)]);
    const init = { method: step.request_method, body: step.request_body };
    for (const name of ['mode', 'credentials', 'cache', 'redirect']) {
      if (name in step) init[name] = step[name];
    }
    const file = step.filename === undefined ? '' : `/${step.filename}`;
    const query = step.query_arg === undefined ? '' : `?${step.query_arg}`;
    return [`/test/${test.token}${file}${query}`, { ...init, headers }];
  };

  const ask = async (url, init) => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patienceMs);
    const seen = {};
    try {
      const response = await fetch(url, { ...init, signal: abort.signal });
      seen.status = response.status;
      seen.headers = Object.fromEntries(response.headers);
      seen.body = await response.text();
    } catch (error) {
      seen.error = abort.signal.aborted ? 'timeout' : String(error);
    }
    clearTimeout(timer);
    return seen;
  };

  const runTest = async (test) => {
    const seen = [];
    for (const [index, step] of test.requests.entries()) {
      const [url, init] = requestOf(test, index, seen.at(-1));
      seen.push(await ask(url, init));
      if (seen.at(-1).error !== undefined) break;
      if (step.pause_after) await wait(3_000);
      else if (pauseMs > 0) await wait(pauseMs);
    }
    return seen;
  };

  const observed = {};
  const queue = tests.values();
  const lane = async () => {
    for (const test of queue) observed[test.id] = await runTest(test);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return observed;
}
