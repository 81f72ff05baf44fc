import { expect, test } from '@playwright/test';
import { formatCacheStatus, type CacheStatus } from './cache-status.js';

const CASES: [status: CacheStatus, field: string][] = [
  [{ hit: true, ttl: 30 }, 'mendbox; hit; ttl=30'],
  [
    { fwd: 'uri-miss', fwdStatus: 200, stored: true },
    'mendbox; fwd=uri-miss; fwd-status=200; stored',
  ],
  [
    {
      fwd: 'miss',
      fwdStatus: 200,
      stored: true,
      detail: 'healed-digest-mismatch',
    },
    'mendbox; fwd=miss; fwd-status=200; stored; detail=healed-digest-mismatch',
  ],
  [
    { fwd: 'stale', collapsed: true, ttl: -12 },
    'mendbox; fwd=stale; collapsed; ttl=-12',
  ],
  [{ hit: true, fwd: 'stale' }, 'mendbox; hit'],
  [{ hit: false, stored: false }, 'mendbox'],
  [{ fwd: 'miss', collapsed: false }, 'mendbox; fwd=miss; collapsed=?0'],
  [{ ttl: 1.9 }, 'mendbox; ttl=1'],
  [{ ttl: -0.5 }, 'mendbox; ttl=-1'],
  [{ ttl: -0 }, 'mendbox; ttl=0'],
  [{ key: 'https://a/' }, 'mendbox; key="https://a/"'],
  [{ detail: 'a "b" \\' }, 'mendbox; detail="a \\"b\\" \\\\"'],
  [{ detail: '1st' }, 'mendbox; detail="1st"'],
  [{ detail: '' }, 'mendbox; detail=""'],
  [{ detail: 'naïve\r\n😀' }, 'mendbox; detail="na?ve???"'],
];

for (const [status, field] of CASES) {
  test(`${JSON.stringify(status)} reads ${field}`, () => {
    expect(formatCacheStatus(status)).toBe(field);
  });
}
