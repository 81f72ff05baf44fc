/** Which response fields are stored (RFC 9111 section 3.1). */
import { listNames } from './list.js';
import type { ResponseView } from './message.js';
import { governing } from './targeted.js';
import { INDISPENSABLE, withheldFields } from './terms.js';

/** "Caches MUST include all received response header fields [...] with the following exceptions" */
const NEVER_STORED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** The content codings that fetch() undoes before a worker sees the body. */
const DECODED: ReadonlySet<string> = new Set([
  'br',
  'dcb',
  'dcz',
  'deflate',
  'gzip',
  'x-gzip',
  'zstd',
]);

/**
 * The fields to store with a response (RFC 9111 section 3.1), in a new Headers.
 *
 * Content-Encoding, Content-Length and digests go where the body was decoded, since they no longer describe it. Browsers pass a
 * body in an unknown coding on as it came, so there both stay true and stay. Of a qualified `no-cache="..."` the named
 * fields are left out, so that what is stored may be reused (section 5.2.2.4).
 */
export function storableHeaders(response: ResponseView): Headers {
  const { headers } = response;
  const dropped = new Set(NEVER_STORED);
  for (const name of listNames(headers.get('connection'))) {
    // "Cache-Control is never appropriate as a connection option" (RFC 9110 section 7.6.1); nor is what explains the body.
    if (!INDISPENSABLE.has(name)) dropped.add(name);
  }
  const noCache = governing(headers).directives.get('no-cache');
  for (const name of withheldFields(noCache)) dropped.add(name);
  if (isDecoded(headers)) {
    dropped.add('content-encoding');
    dropped.add('content-length');
    dropped.add('content-digest');
    dropped.add('repr-digest');
  }
  const stored = new Headers();
  for (const [name, value] of headers) {
    if (!dropped.has(name)) stored.append(name, value);
  }
  return stored;
}

/** Whether the body that the worker got is not the one that Content-Length and Content-Encoding speak of. */
export function isDecoded(headers: Headers): boolean {
  const codings = listNames(headers.get('content-encoding')).filter(
    (name) => name !== 'identity',
  );
  return codings.length > 0 && codings.every((name) => DECODED.has(name));
}
