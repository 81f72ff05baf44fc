/** The Cache-Status field (RFC 9211). */

/** Why a request went to the network (RFC 9211 section 2.2). */
export type Forwarded =
  | 'bypass'
  | 'method'
  | 'uri-miss'
  | 'vary-miss'
  | 'miss'
  | 'request'
  | 'stale'
  | 'partial';

/** What this cache did with one request; the names are the parameters of RFC 9211 section 2. */
export interface CacheStatus {
  /** Answered without the network. */
  hit?: boolean;
  fwd?: Forwarded;
  /** The status that the network answered with. */
  fwdStatus?: number;
  stored?: boolean;
  /** It waited for another request of the same URL; false: in vain, so that it was sent itself. */
  collapsed?: boolean;
  /** Remaining freshness in seconds, negative when stale. */
  ttl?: number;
  /** The key of what answered, where it is not the URL that was asked for. */
  key?: string;
  detail?: string;
}

const TOKEN = /^[A-Za-z*][!#$%&'*+\-.^_`|~:/\w]*$/;

/** This cache's member of Cache-Status, such as `mendbox; hit; ttl=30` (RFC 9211 section 2). */
export function formatCacheStatus(status: CacheStatus): string {
  let field = 'mendbox';
  // "The "hit" and "fwd" parameters are exclusive" (section 2.1)
  if (status.hit) field += '; hit';
  else if (status.fwd !== undefined) field += `; fwd=${status.fwd}`;
  if (status.fwdStatus !== undefined) {
    field += `; fwd-status=${status.fwdStatus}`;
  }
  if (status.stored) field += '; stored';
  if (status.collapsed !== undefined) {
    field += `; collapsed${status.collapsed ? '' : '=?0'}`;
  }
  if (status.ttl !== undefined) field += `; ttl=${Math.floor(status.ttl)}`;
  if (status.key !== undefined) field += `; key=${string(status.key)}`;
  if (status.detail !== undefined) {
    const { detail } = status;
    field += `; detail=${TOKEN.test(detail) ? detail : string(detail)}`;
  }
  return field;
}

/** An sf-string has no character outside printable ASCII; a question mark stands for such a one. */
function string(value: string): string {
  const printable = value.replace(/[^ -~]/gu, '?');
  return `"${printable.replace(/["\\]/g, '\\$&')}"`;
}
