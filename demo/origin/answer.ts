/** Answers one request for a resource: conditional requests and single ranges (RFC 9110 sections 13 and 14). */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf, PICTURE, RESOURCES, type Resource } from '../resources.js';
import { bodyOf } from './bodies.js';

const digests = new Map<Resource, string>();

/** The SHA-256 of a resource's bytes, in hexadecimal. */
export function digestOf(resource: Resource): string {
  const known = digests.get(resource);
  if (known !== undefined) return known;
  const digest = createHash('sha256')
    .update(bodyOf(resource.name))
    .digest('hex');
  digests.set(resource, digest);
  return digest;
}

const etagOf = (resource: Resource): string =>
  `"${digestOf(resource).slice(0, 16)}"`;

const opaqueTag = (tag: string): string => tag.trim().replace(/^W\//, '');

// "the If-None-Match condition is false if the listed tags include the current one" (RFC 9110 13.1.2, weak comparison)
function isCurrent(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header
    .split(',')
    .some((tag) => tag.trim() === '*' || opaqueTag(tag) === etag);
}

interface Span {
  readonly first: number;
  readonly last: number;
}

/** The one range that is asked for, `undefined` for the whole, `null` for one that cannot be satisfied. */
function spanOf(
  { headers }: IncomingMessage,
  etag: string,
  length: number,
): Span | null | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  const condition = headers['if-range'];
  if (!match || (condition !== undefined && condition !== etag))
    return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const span =
    from === ''
      ? { first: Math.max(0, length - Number(to)), last: length - 1 }
      : {
          first: Number(from),
          last: Math.min(to === '' ? Infinity : Number(to), length - 1),
        };
  return span.first > span.last ? null : span;
}

/** Sends a resource, or the part of it that was asked for. */
export function answer(
  resource: Resource,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const body = bodyOf(resource.name);
  const etag = etagOf(resource);
  response.setHeader('Cache-Control', resource.cacheControl);
  response.setHeader('ETag', etag);
  response.setHeader('Accept-Ranges', 'bytes');
  if (isCurrent(request.headers['if-none-match'], etag)) {
    response.writeHead(304).end();
    return;
  }
  const span = spanOf(request, etag, body.length);
  if (span === null) {
    response
      .writeHead(416, { 'Content-Range': `bytes */${body.length}` })
      .end();
    return;
  }
  const { first, last } = span ?? { first: 0, last: body.length - 1 };
  response.writeHead(span ? 206 : 200, {
    'Content-Type': resource.contentType,
    'Content-Length': last - first + 1,
    ...(span && { 'Content-Range': `bytes ${first}-${last}/${body.length}` }),
  });
  response.end(
    request.method === 'HEAD' ? undefined : body.subarray(first, last + 1),
  );
}

/** The resource at a path. */
export function resourceAt(pathname: string): Resource | undefined {
  return [...RESOURCES, PICTURE].find(
    (resource) => pathOf(resource) === pathname,
  );
}
