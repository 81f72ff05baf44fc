/**
 * The demo's own origin, inside Vite's server: the same in `vite` and in `vite preview`.
 *
 *   /demo-origin/<file>            a resource of resources.ts
 *   /demo-origin/digest?name=json  the SHA-256 of its bytes, never cached: what the page compares with
 *   /demo-origin/check             the conformance checks of checks.ts; ?count tells how many requests arrived
 *   /worker.js                     the ready-made worker that `npm run build` made
 *   /beside/, /flight/, /lifecycle/  see workers.ts
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Connect, Plugin } from 'vite';
import {
  OFFLINE_COOKIE,
  ORIGIN_PATH,
  PICTURE,
  RESOURCES,
} from '../resources.js';
import { answer, digestOf, resourceAt } from './answer.js';
import { answerCheck, countOf } from './check.js';
import { scopeOf, workerOf } from './workers.js';

// The worker needs no exception from any of this: no WebAssembly, no eval, no inline script.
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'none'";

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = 'text/plain',
  cacheControl = 'no-store',
): void {
  response.writeHead(status, {
    'Content-Type': `${contentType}; charset=utf-8`,
    'Cache-Control': cacheControl,
  });
  response.end(text);
}

function sendDigest(url: URL, response: ServerResponse): void {
  const name = url.searchParams.get('name');
  const resource = [...RESOURCES, PICTURE].find((each) => each.name === name);
  if (resource) sendText(response, 200, digestOf(resource));
  else sendText(response, 404, 'no such resource');
}

async function sendWorker(
  file: string,
  response: ServerResponse,
): Promise<void> {
  try {
    const script = await readFile(file, 'utf8');
    sendText(response, 200, script, 'text/javascript', 'no-cache');
  } catch {
    sendText(
      response,
      404,
      'dist/worker.js is not there: npm run build makes it',
    );
  }
}

async function sendResource(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const resource = resourceAt(url.pathname);
  if (!resource) {
    sendText(response, 404, 'no such resource');
    return;
  }
  if (request.headers.cookie?.includes(`${OFFLINE_COOKIE}=1`)) {
    // As when the line is cut: no status, no field, no byte.
    request.socket.destroy();
    return;
  }
  if (resource.delayMs > 0) await wait(resource.delayMs);
  answer(resource, request, response);
}

const DIGEST_PATH = `${ORIGIN_PATH}digest`;
const CHECK_PATH = `${ORIGIN_PATH}check`;

function sendCheck(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (url.searchParams.has('count')) sendText(response, 200, countOf(url));
  else answerCheck(url, request, response);
}

async function sendScope(
  { scope, asks }: NonNullable<ReturnType<typeof scopeOf>>,
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
): Promise<void> {
  if (asks === 'frame') {
    const page = '<!doctype html><html lang="en"><title>A scope</title></html>';
    sendText(response, 200, page, 'text/html');
    return;
  }
  try {
    const script = await workerOf(scope, request, root);
    sendText(response, 200, script, 'text/javascript', 'no-cache');
  } catch (error) {
    sendText(response, 500, String(error));
  }
}

function middleware(root: () => string): Connect.NextHandleFunction {
  const workerFile = (): string => path.resolve(root(), '../dist/worker.js');
  return (request, response, next) => {
    const url = new URL(request.url ?? '/', 'http://demo.invalid');
    const { pathname } = url;
    const scope = scopeOf(pathname);
    if (scope) {
      void sendScope(scope, request, response, root());
      return;
    }
    if (pathname === DIGEST_PATH) sendDigest(url, response);
    else if (pathname === CHECK_PATH) sendCheck(url, request, response);
    else if (pathname === '/worker.js') void sendWorker(workerFile(), response);
    else if (pathname.startsWith(ORIGIN_PATH))
      void sendResource(url, request, response);
    else next();
  };
}

/** The plugin for vite.config.ts. */
export function demoOrigin(): Plugin {
  let root = '';
  const handle = middleware(() => root);
  return {
    name: 'mendbox-demo-origin',
    // Vite's CORS adds `Vary: Origin` to every answer, and a worker cannot see that field.
    config: () => ({ server: { cors: false }, preview: { cors: false } }),
    configResolved(config) {
      ({ root } = config);
    },
    configureServer(server) {
      server.middlewares.use(handle);
    },
    configurePreviewServer(server) {
      server.middlewares.use((_request, response, next) => {
        response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
        next();
      });
      server.middlewares.use(handle);
    },
  };
}
