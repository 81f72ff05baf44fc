import { expect, test } from '../fixtures.js';
import type { Origin } from '../origin.js';

/** Answers with all of one of these bodies, or with the range that is asked for; what it gives makes it the next one. */
function serveParts(at: Origin, bodies: readonly string[]): () => void {
  let release = 0;
  at.on('/data', ({ headers: { range, 'if-none-match': known } }) => {
    const body = bodies[release] ?? '';
    const headers = {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': '*',
      'cache-control': 'max-age=0',
      etag: `"${release}"`,
    };
    if (known === headers.etag) return { status: 304, headers };
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    if (first === undefined) return { headers, body };
    const end = last ? Number(last) : body.length - 1;
    const part = `bytes ${first}-${end}/${body.length}`;
    return {
      status: 206,
      headers: { ...headers, 'content-range': part },
      body: body.slice(Number(first), end + 1),
    };
  });
  return () => {
    release++;
  };
}

for (const isStored of [false, true]) {
  const what = isStored ? 'validation across origins' : 'first request';
  test(`a ${what} is not answered by the part that the browser's own cache made of everything`, async ({
    idle: app,
    origin,
    elsewhere,
  }) => {
    const at = isStored ? elsewhere : origin;
    const bodies = ['a', 'b'].map((letter) => letter.repeat(900));
    const publish = serveParts(at, bodies);
    const url = `${at.url}/data`;
    await app.page.goto(`${origin.url}/`);
    await app.fetch(url, { headers: { range: 'bytes=20-119' } });
    // In Chromium the rest comes as parts, too.
    await app.fetch(url);
    if (!isStored) publish();
    await app.control();
    if (isStored) {
      await app.fetch(url);
      await app.settled(url, undefined, `omit ${url}`);
      publish();
    }
    const got = await app.fetch(url);
    const asked = isStored ? 'stale' : 'uri-miss';
    expect(got.headers['cache-status']).toContain(`fwd=${asked}`);
    expect([got.status, got.text]).toEqual([200, bodies[1]]);
  });
}
