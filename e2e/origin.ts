import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** One request as it reached the network. */
export interface Seen {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number;
}

/** What the origin sends back. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
  /** Nothing is sent before this settles. */
  readonly until?: Promise<void>;
  /** How the body goes wrong; without it the answer is whole. */
  readonly broken?: Breakage;
}

/** A body that does not arrive as announced. */
export interface Breakage {
  /**
   * What tells the client where the body ends: a Content-Length, chunks, or the end of the connection, which is
   * indistinguishable from a cut.
   */
  readonly framing: 'length' | 'chunked' | 'close';
  /** So many bytes of the body are sent. */
  readonly after: number;
  /** Then the connection is closed in good order, reset, or left open in silence. */
  readonly ending: 'end' | 'reset' | 'stall';
}

/** Answers a request, with a value or by writing to the socket itself (then it returns undefined). */
export type Handler = (
  seen: Seen,
  socket: Socket,
) => Answer | undefined | Promise<Answer | undefined>;

/** Random bytes, which no engine can compress, so a body of 70 kB is stored as 70 kB. The same seed gives the same bytes. */
export function noise(seed: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at * 32 < length; at++) {
    blocks.push(createHash('sha256').update(`${seed}:${at}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** SHA-256 in hexadecimal, as App.fetch() gives it for what the page received. */
export function sha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** An answer whose body is gzip-coded; `keep` bytes of the coded form are sent, and their number is the Content-Length. */
export function gzipped(
  body: string | Uint8Array,
  headers: Record<string, string>,
  keep = Infinity,
): Answer {
  const coded = gzipSync(body);
  return {
    headers: { ...headers, 'content-encoding': 'gzip' },
    body: coded.subarray(0, Math.min(keep, coded.length)),
  };
}

/** A promise and what settles it: an origin that answers when the test says so. */
export class Gate {
  readonly until: Promise<void>;
  open!: () => void;

  constructor() {
    this.until = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

const dist = new URL('../dist/', import.meta.url);
const shim = new URL('worker/shim.js', import.meta.url);
const noStore = { 'cache-control': 'no-store' };
const page = `<!doctype html><meta charset="utf-8"><title>mendbox</title><link rel="icon" href="data:,">`;

const javascript = (body: string | Buffer): Answer => ({
  headers: {
    ...noStore,
    'content-type': 'text/javascript; charset=utf-8',
    'service-worker-allowed': '/',
  },
  body,
});

async function script(file: URL): Promise<Answer> {
  const body = await readFile(file).catch(() => {
    throw new Error(`${file.pathname} is missing: run "npm run build" first`);
  });
  return javascript(body);
}

let memoryless: Promise<string> | undefined;

/** The worker; with MEMORY=off one that keeps nothing in memory, whose answers must be the same. */
async function worker(): Promise<Answer> {
  if (process.env['MEMORY'] !== 'off')
    return await script(new URL('worker.js', dist));
  const { bundled } = await import('./own-worker.js');
  memoryless ??= bundled(
    "install({ memoryBytes: 0, statePage: location.search.includes('statePage') });",
  );
  return javascript(await memoryless);
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Writes an answer that ends too early, byte by byte, since an HTTP library would not. */
function writeBroken(socket: Socket, answer: Answer, how: Breakage): void {
  const body = Buffer.from(answer.body ?? '');
  const sent = body.subarray(0, how.after);
  const lines = [`HTTP/1.1 ${answer.status ?? 200} OK`];
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    for (const each of [value].flat()) lines.push(`${name}: ${each}`);
  }
  if (how.framing === 'length') lines.push(`content-length: ${body.length}`);
  if (how.framing === 'chunked') lines.push('transfer-encoding: chunked');
  if (how.framing === 'close') lines.push('connection: close');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (how.framing === 'chunked') {
    socket.write(`${sent.length.toString(16)}\r\n`);
    socket.write(Buffer.concat([sent, Buffer.from('\r\n')]));
  } else {
    socket.write(sent);
  }
  if (how.ending === 'end') socket.end();
  // The reset overtakes what is still in the buffers: first let it leave.
  if (how.ending === 'reset') socket.write('', () => socket.resetAndDestroy());
}

/** Ports that this process has used. */
const used = new Set<number>();

/** An HTTP server on 127.0.0.1 that misbehaves on command and records every request that reaches it. */
export class Origin {
  readonly #handlers = new Map<string, Handler>();
  readonly #seen: Seen[] = [];
  readonly #sockets = new Set<Socket>();
  #server: http.Server;
  #port = 0;

  private constructor() {
    this.#server = this.#listener();
  }

  /** Starts an origin of its own, on a port of its own, and so with an IndexedDB of its own. */
  static async start(): Promise<Origin> {
    const origin = new Origin();
    await origin.#listen();
    // A browser may outlive a test, and remember what another origin had under this port.
    if (used.has(origin.#port)) {
      const other = await Origin.start();
      await origin.close();
      return other;
    }
    used.add(origin.#port);
    return origin;
  }

  /** Without a trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Answers a path (with its query, if it has one) by a function. */
  on(path: string, handler: Handler): void {
    this.#handlers.set(path, handler);
  }

  /** Answers a path with these answers in turn; the last one stays. */
  answer(path: string, ...answers: [Answer, ...Answer[]]): void {
    let next = 0;
    this.on(path, () => answers[Math.min(next++, answers.length - 1)]);
  }

  /** The requests for a path that reached the network, oldest first. */
  requests(path: string): readonly Seen[] {
    return this.#seen.filter((each) => each.path === path);
  }

  /** Stops listening and cuts every connection: the network is gone. */
  async goOffline(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Listens again on the same port. */
  async goOnline(): Promise<void> {
    this.#server = this.#listener();
    await this.#listen();
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.goOffline();
  }

  #listener(): http.Server {
    const server = http.createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        process.stderr.write(`origin: ${request.url}: ${String(error)}\n`);
        response.destroy();
      });
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    return server;
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #handle(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const path = request.url ?? '/';
    const seen = {
      method: request.method ?? 'GET',
      path,
      headers: request.headers,
      body: await bodyOf(request),
      at: Date.now(),
    };
    this.#seen.push(seen);
    const handler = this.#handlers.get(path);
    const answer = handler
      ? await handler(seen, request.socket)
      : await this.#file(path);
    if (answer === undefined) return;
    await answer.until;
    if (answer.broken) writeBroken(request.socket, answer, answer.broken);
    else this.#write(response, seen.method, answer);
  }

  #write(
    response: http.ServerResponse,
    method: string,
    { status = 200, headers = {}, body = '' }: Answer,
  ): void {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      response.setHeader(name, value);
    }
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
    response.end(hasBody ? body : undefined);
  }

  async #file(path: string): Promise<Answer> {
    const name = new URL(path, this.url).pathname;
    if (name === '/') {
      return {
        headers: { ...noStore, 'content-type': 'text/html' },
        body: page,
      };
    }
    if (name === '/worker.js') return await worker();
    if (name === '/shim-worker.js') return await script(shim);
    if (name.startsWith('/dist/') && !name.includes('..')) {
      return await script(new URL(name.slice('/dist/'.length), dist));
    }
    return { status: 404, headers: noStore, body: `nothing at ${path}` };
  }
}

/** Response headers that open a resource to every other origin, all its fields included. */
export const open = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*',
} as const;
