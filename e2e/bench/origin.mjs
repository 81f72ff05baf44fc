/** One origin a contender: its own port, so its own worker and its own storage. */
import { createServer } from 'node:http';

/** Bytes that no compressor and no engine can guess, the same for every run. */
function bytesOf(size) {
  const words = new Int32Array(size / 4);
  let word = 0x9e3779b9;
  for (let at = 0; at < words.length; at++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[at] = word;
  }
  return Buffer.from(words.buffer);
}

const bodies = new Map();
function bodyOf(size, id) {
  if (!bodies.has(size)) bodies.set(size, bytesOf(size));
  const body = Buffer.from(bodies.get(size));
  body.writeUInt32LE(id, 0);
  return body;
}

/** What a response of a well-kept site carries. */
const fieldsOf = (size, id) => ({
  'content-type': 'application/octet-stream',
  'content-length': size,
  'cache-control': 'public, max-age=31536000',
  etag: `"${size}-${id}"`,
  'last-modified': 'Tue, 04 Nov 2025 10:11:12 GMT',
  vary: 'Accept-Encoding',
  'content-language': 'en',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'geolocation=(), camera=()',
  'timing-allow-origin': '*',
  'cross-origin-resource-policy': 'same-origin',
  'accept-ranges': 'bytes',
});

/** Cross-origin isolated, for clocks of 5 microseconds. */
const PAGE = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Serves a page (`away` ms late), a worker and `/r/SIZE/ID`; `count` is how often one of these was asked for. */
export async function serve(page, worker) {
  const origin = { count: 0 };
  const server = createServer(({ url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://x');
    const [, folder, size, id] = pathname.split('/');
    if (folder === 'r') {
      origin.count++;
      response.writeHead(200, fieldsOf(Number(size), id));
      return response.end(bodyOf(Number(size), Number(id)));
    }
    const isWorker = folder === 'worker.js';
    const type = isWorker ? 'text/javascript' : 'text/html';
    response.writeHead(200, { ...PAGE, 'content-type': type });
    const awayMs = Number(searchParams.get('away'));
    return setTimeout(() => response.end(isWorker ? worker : page), awayMs);
  });
  server.keepAliveTimeout = 600_000;
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin.url = `http://127.0.0.1:${server.address().port}/`;
  origin.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return origin;
}
