/** src/store/records.ts without its checks: what the bench builds its contender without healing from. Nothing else may. */
import { parseHeaderLines } from '../../src/store/records.ts';

export * from '../../src/store/records.ts';

/** Takes a policy record as it lies there. */
export function decodePolicy(record) {
  const { status, requestTime, responseTime } = record;
  const headers = parseHeaderLines(record.headers);
  const requestHeaders = parseHeaderLines(record.requestHeaders);
  return { record, status, requestTime, responseTime, headers, requestHeaders };
}

/** Takes a payload record as it lies there. */
export function decodePayload({ body: content }, policy) {
  if (content === null) return { ...policy, body: { is: 'none' } };
  const body =
    content instanceof Blob
      ? { is: 'blob', blob: content, verified: true }
      : { is: 'buffer', buffer: content };
  return { ...policy, body };
}
