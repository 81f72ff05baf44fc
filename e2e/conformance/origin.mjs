// What the cache under test sits in front of: answers each request of a test as the test's step says, and keeps a log.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const dates = new Set([
  'date',
  'expires',
  'last-modified',
  'if-modified-since',
  'if-unmodified-since',
]);
const locations = new Set(['location', 'content-location']);
const bodiless = new Set([204, 304]);
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday';

/** IMF-fixdate, or the obsolete RFC 850 form (RFC 9110 section 5.6.7). */
function httpDate(ms, isRfc850) {
  const text = new Date(ms).toUTCString();
  if (!isRfc850) return text;
  const [, day, month, year, time] = text.split(' ');
  const weekday = weekdays.split(' ')[new Date(ms).getUTCDay()];
  return `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
}

/**
 * A field's value next to an answer: whole numbers in date fields are seconds from the answer's time, locations with
 * `magic_locations` are relative to the URL asked for.
 */
export function concreteValue(name, value, step, { at, url }) {
  const field = name.toLowerCase();
  if (dates.has(field) && Number.isInteger(value)) {
    return httpDate(at + value * 1000, step.rfc850date?.includes(field));
  }
  if (locations.has(field) && step.magic_locations) {
    return value ? `${url}/${value}` : url;
  }
  return value;
}

/** One test as it runs, under a name of its own that no other run shares. */
export class Run {
  constructor(test) {
    this.test = test;
    this.token = crypto.randomUUID();
    /** What reached the origin, in order. */
    this.log = [];
    this.#fields = [];
  }

  #fields;

  /** A step's response fields; worked out once, since the next step's validators are compared with what was sent. */
  fieldsOf(number, context) {
    const step = this.test.requests[number - 1];
    this.#fields[number] ??= (step.response_headers ?? []).map(
      ([name, value, isChecked = true]) => ({
        name,
        value: concreteValue(name, value, step, context),
        isChecked,
      }),
    );
    return this.#fields[number];
  }

  /** 304 if the request carries a validator of the step before. */
  isValidated(number, headers) {
    // A step that a stored response answered never reached the origin.
    const unsent = this.test.requests[number - 2]?.response_headers ?? [];
    const sent =
      this.#fields[number - 1] ??
      unsent.map(([name, value]) => ({ name, value }));
    const last = (name) =>
      sent.findLast((field) => field.name.toLowerCase() === name)?.value;
    const etag = last('etag');
    const modified = last('last-modified');
    return (
      (etag !== undefined && headers['if-none-match'] === etag) ||
      (modified !== undefined && headers['if-modified-since'] === modified)
    );
  }

  statusOf(number, headers) {
    const step = this.test.requests[number - 1];
    if (!step.expected_type?.endsWith('validated')) {
      return step.response_status ?? [200, 'OK'];
    }
    return this.isValidated(number, headers)
      ? [304, 'Not Modified']
      : [999, '304 Not Generated'];
  }
}

function sendInterim(response, step) {
  for (const [status, fields = []] of step.interim_responses ?? []) {
    if (status === 102) response.writeProcessing();
    if (status === 103) response.writeEarlyHints(Object.fromEntries(fields));
  }
}

function setFields(response, fields) {
  for (const { name, value } of fields) {
    const before = response.getHeader(name);
    response.setHeader(name, before ? [before, value].flat() : value);
  }
  if (!response.hasHeader('content-type')) {
    response.setHeader('content-type', 'text/plain');
  }
}

async function answer(run, request, response) {
  const said = Number.parseInt(request.headers['req-num'] ?? '', 10);
  const stepNumber = () => said || run.log.length + 1;
  const stepNow = () => run.test.requests[stepNumber() - 1];
  const delay = stepNow()?.response_pause;
  if (delay) await pause(delay * 1000);

  const number = stepNumber();
  const step = stepNow();
  if (!step) {
    response.writeHead(409).end('the test has no such step');
    return;
  }
  sendInterim(response, step);
  const at = Date.now();
  const [status, phrase] = run.statusOf(number, request.headers);
  const fields = run.fieldsOf(number, { at, url: request.url });
  response.statusCode = status;
  response.statusMessage = phrase;
  setFields(response, fields);
  const checked = new Set(
    fields.filter((field) => field.isChecked).map((field) => field.name),
  );
  run.log.push({
    number: said,
    method: request.method,
    headers: request.headers,
    sent: [...checked].map((name) => [name, response.getHeader(name)]),
  });
  response.setHeader('Server-Base-Url', request.url);
  response.setHeader('Server-Request-Count', run.log.length);
  response.setHeader('Client-Request-Count', said);
  response.setHeader('Server-Now', at);
  const numbers = run.log.map((entry) => entry.number);
  response.setHeader('Request-Numbers', numbers.join(' '));

  if (step.disconnect) response.socket.destroy();
  else if (bodiless.has(status)) response.end();
  else response.end(step.response_body || run.token);
}

const page =
  '<!doctype html><meta charset="utf-8"><title>conformance</title><link rel="icon" href="data:,">';

/** Serves the page, the worker's script and every run; `close` ends it. */
export async function serve(runs, workerFile) {
  const byToken = new Map(runs.map((run) => [run.token, run]));
  const script = workerFile && (await readFile(workerFile));
  const files = new Map([
    ['', ['text/html', page]],
    ['worker.js', ['text/javascript', script]],
  ]);
  // Bodies that only the connection's end delimits wait for Node's keep-alive timeout, 5 s: below a request's patience.
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://origin');
    const [, first, token] = pathname.split('/');
    const run = first === 'test' && byToken.get(token);
    request.resume();
    if (run) {
      answer(run, request, response).catch((error) => {
        console.error(`origin: ${run.test.id}: ${error.stack}`);
        response.destroy();
      });
      return;
    }
    const [type, content] = files.get(first) ?? [];
    response.setHeader('cache-control', 'no-store');
    if (content === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
