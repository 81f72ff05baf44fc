/**
 * Digests that somebody declared: the origin with Repr-Digest or Content-Digest (RFC 9530), checked before a body is
 * stored; the page with its request's integrity metadata (SRI), checked before a stored body answers.
 */

type Algorithm = 'sha-256' | 'sha-384' | 'sha-512';

/** One digest, in base64. */
interface Declared {
  readonly algorithm: Algorithm;
  readonly digest: string;
}

/** The strongest first, as SRI and RFC 9530 both prefer. */
const STRENGTH: readonly Algorithm[] = ['sha-512', 'sha-384', 'sha-256'];

const base64 = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)));

async function matches(
  bytes: ArrayBuffer,
  declared: readonly Declared[],
): Promise<boolean> {
  const [strongest] = declared;
  if (!strongest) return true;
  const { algorithm } = strongest;
  const actual = base64(await crypto.subtle.digest(algorithm, bytes));
  return declared.some(
    (each) => each.algorithm === algorithm && each.digest === actual,
  );
}

const byStrength = (a: Declared, b: Declared): number =>
  STRENGTH.indexOf(a.algorithm) - STRENGTH.indexOf(b.algorithm);

const isAlgorithm = (name: string): name is Algorithm =>
  STRENGTH.some((known) => known === name);

/** What integrity metadata asks for (SRI section 3.3.2); what it does not know it ignores. */
function fromMetadata(integrity: string): Declared[] {
  return [...integrity.matchAll(/sha(256|384|512)-([A-Za-z0-9+/_=-]+)/g)]
    .map(([, bits, digest]) => ({
      algorithm: `sha-${bits}`,
      digest: (digest ?? '').replaceAll('-', '+').replaceAll('_', '/'),
    }))
    .filter((each): each is Declared => isAlgorithm(each.algorithm))
    .sort(byStrength);
}

/** What Repr-Digest and Content-Digest declare of bytes that no content coding changed (RFC 9530 sections 2 and 3). */
function fromFields(headers: Headers): Declared[] {
  if (headers.has('content-encoding')) return [];
  const fields = ['repr-digest', 'content-digest']
    .map((name) => headers.get(name) ?? '')
    .join();
  return [...fields.matchAll(/(sha-\d+)=:([A-Za-z0-9+/=]*):/g)]
    .map(([, algorithm, digest]) => ({
      algorithm: algorithm ?? '',
      digest: digest ?? '',
    }))
    .filter((each): each is Declared => isAlgorithm(each.algorithm))
    .sort(byStrength);
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
