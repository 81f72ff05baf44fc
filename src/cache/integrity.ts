/**
 * Digests that somebody declared: the origin with Repr-Digest or Content-Digest (RFC 9530), checked before a body is
 * stored; the page with its request's integrity metadata (SRI), checked before a stored body answers.
 */

/** The strongest first, as SRI and RFC 9530 both prefer; only the strongest that is declared counts. */
const STRENGTH = ['sha-512', 'sha-384', 'sha-256'];

/** Digests as `algorithm:base64`. */
type Declared = readonly string[];

async function matches(
  bytes: ArrayBuffer,
  declared: Declared,
): Promise<boolean> {
  const strongest = STRENGTH.find((algorithm) =>
    declared.some((each) => each.startsWith(algorithm)),
  );
  if (strongest === undefined) return true;
  const digest = await crypto.subtle.digest(strongest, bytes);
  const actual = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return declared.includes(`${strongest}:${actual}`);
}

/** What integrity metadata asks for (SRI section 3.3.2); what it does not know it ignores. */
const fromMetadata = (integrity: string): Declared =>
  Array.from(
    integrity.matchAll(/sha(256|384|512)-([A-Za-z0-9+/_=-]+)/g),
    ([, bits, digest = '']) =>
      `sha-${bits}:${digest.replaceAll('-', '+').replaceAll('_', '/')}`,
  );

/** What Repr-Digest and Content-Digest declare of bytes that no content coding changed (RFC 9530 sections 2 and 3). */
function fromFields(headers: Headers): Declared {
  if (headers.has('content-encoding')) return [];
  const fields = `${headers.get('repr-digest')},${headers.get('content-digest')}`;
  return Array.from(
    fields.matchAll(/(sha-(?:256|384|512))=:([A-Za-z0-9+/=]*):/g),
    ([, algorithm, digest]) => `${algorithm}:${digest}`,
  );
}

/** Whether a response declares a digest that can be held against the bytes a worker sees. */
export const declaresDigest = (headers: Headers): boolean =>
  fromFields(headers).length > 0;

/** Whether the bytes are what the origin declared; true when it declared nothing. */
export const matchesFields = (
  bytes: ArrayBuffer,
  headers: Headers,
): Promise<boolean> => matches(bytes, fromFields(headers));

/** Whether the bytes are what the page's integrity metadata asks for; true when it asks for nothing. */
export const matchesMetadata = (
  bytes: ArrayBuffer,
  integrity: string,
): Promise<boolean> => matches(bytes, fromMetadata(integrity));
