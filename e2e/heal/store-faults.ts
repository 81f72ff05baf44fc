import type { Fault } from '../../src/fault.js';
import type { StoreFault } from '../fixtures.js';

/** One way in which IndexedDB itself fails, and what the page may notice of it. */
export interface StoreTrouble {
  /** The rest of "a store whose ...". */
  readonly name: string;
  /** The row of the fault catalogue that it comes from. */
  readonly id: string;
  /** How it happens in life. */
  readonly story: string;
  readonly faults: readonly StoreFault[];
  /** There is no IndexedDB at all; such a worker never recovers. */
  readonly missing?: true;
  /** `start`: from the worker's first moment. `later`: after an entry was stored. */
  readonly from: 'start' | 'later';
  /** Who answers while it lasts; `hit`: the cache recovers so fast that nobody else is asked. */
  readonly answer: 'network' | 'hit';
  /** What is told; nothing where the cache recovers by itself. */
  readonly fault?: Fault;
}

const backingStore = {
  name: 'UnknownError',
  message: 'Internal error opening backing store for indexedDB.open.',
} as const;
const closing = {
  name: 'InvalidStateError',
  message:
    "Failed to execute 'transaction' on 'IDBDatabase': The database connection is closing.",
} as const;
const serverLost = {
  name: 'UnknownError',
  message:
    'Connection to Indexed Database server lost. Refresh the page to try again',
} as const;
const noMutations = {
  name: 'InvalidStateError',
  message:
    'A mutation operation was attempted on a database that did not allow mutations.',
} as const;
const insecure = {
  name: 'SecurityError',
  message: 'The operation is insecure.',
} as const;
const internal = {
  name: 'UnknownError',
  message: 'An internal error was encountered in the Indexed Database server',
} as const;
const noTransaction = {
  name: 'UnknownError',
  message:
    'Attempt to get a record from database without an in-progress transaction',
} as const;

const opening: readonly StoreTrouble[] = [
  {
    name: 'backing store cannot be opened, deleted or replaced',
    id: 'B1',
    story: 'The MANIFEST of the LevelDB is gone; every launch fails alike.',
    faults: [
      { on: 'open', how: 'fail', ...backingStore },
      { on: 'deleteDatabase', how: 'fail', ...backingStore },
    ],
    from: 'start',
    answer: 'network',
    fault: 'store-unavailable',
  },
  {
    name: 'backing store cannot be opened, on every rung of the ladder, for a while',
    id: 'G8',
    story: 'A rejected promise of an open database was kept for ever.',
    faults: [
      { on: 'open', how: 'fail', times: 3, ...backingStore },
      { on: 'deleteDatabase', how: 'fail', times: 1, ...backingStore },
    ],
    from: 'start',
    answer: 'network',
    fault: 'store-unavailable',
  },
  {
    name: 'deletion succeeds and which yet does not open',
    id: 'B2',
    story: 'A file lies where the LevelDB directory should be.',
    faults: [{ on: 'open', how: 'fail', ...backingStore }],
    from: 'start',
    answer: 'network',
    fault: 'store-unavailable',
  },
  {
    name: 'creation is aborted every time',
    id: 'B14',
    story: 'Version change transaction was aborted in upgradeneeded.',
    faults: [{ on: 'open', how: 'fail', name: 'AbortError' }],
    from: 'start',
    answer: 'network',
    fault: 'store-unavailable',
  },
  {
    name: 'opening hangs without any event',
    id: 'B9',
    story: 'Safari 14, and reports from Chrome.',
    faults: [{ on: 'open', how: 'hang' }],
    from: 'start',
    answer: 'network',
    fault: 'store-timeout',
  },
  {
    name: 'use is refused by the browser',
    id: 'B15',
    story: 'Cookies are blocked; Tor Browser.',
    faults: [{ on: 'open', how: 'throw', ...insecure }],
    from: 'start',
    answer: 'network',
    fault: 'store-unavailable',
  },
  {
    name: 'opening ends in InvalidStateError',
    id: 'B15',
    story: 'A private window of an older Firefox.',
    faults: [{ on: 'open', how: 'fail', ...noMutations }],
    from: 'start',
    answer: 'network',
    fault: 'store-unavailable',
  },
  {
    name: 'IndexedDB is missing',
    id: 'B15',
    story: 'Some embedders and privacy modes have none.',
    faults: [],
    missing: true,
    from: 'start',
    answer: 'network',
    fault: 'store-unavailable',
  },
  {
    name: 'disk is full at open',
    id: 'C2',
    story: 'QuotaExceededError: Encountered full disk while opening.',
    faults: [{ on: 'open', how: 'fail', name: 'QuotaExceededError' }],
    from: 'start',
    answer: 'network',
    fault: 'store-unavailable',
  },
];

const running: readonly StoreTrouble[] = [
  {
    name: 'connection is closing, once',
    id: 'B5',
    story: 'The handle was kept while the worker slept.',
    faults: [{ on: 'transaction', how: 'throw', times: 1, ...closing }],
    from: 'later',
    answer: 'hit',
  },
  {
    name: 'connections are all closing',
    id: 'B5',
    story: 'An app retried on a dead handle 884,000 times.',
    faults: [{ on: 'transaction', how: 'throw', ...closing }],
    from: 'later',
    answer: 'network',
    fault: 'store-lost',
  },
  {
    name: 'server process was lost, once',
    id: 'B6',
    story: 'Safari restarts its IndexedDB process.',
    faults: [{ on: 'transaction', how: 'fail', times: 1, ...serverLost }],
    from: 'later',
    answer: 'hit',
  },
  {
    name: 'server process stays lost',
    id: 'B6',
    story: 'Safari; 16.7 % of the reports had exhausted their retries.',
    faults: [{ on: 'transaction', how: 'fail', ...serverLost }],
    from: 'later',
    answer: 'network',
    fault: 'store-lost',
  },
  {
    name: 'transaction was lost under a live handle, once',
    id: 'B7',
    story: 'WebKit, after the app was suspended.',
    faults: [
      { on: 'get', store: 'payloads', how: 'fail', times: 1, ...noTransaction },
    ],
    from: 'later',
    answer: 'hit',
  },
  {
    name: 'engine has an internal error, once',
    id: 'B8',
    story: 'An internal error was encountered in the server.',
    faults: [{ on: 'transaction', how: 'fail', times: 1, ...internal }],
    from: 'later',
    answer: 'hit',
  },
  {
    name: 'transactions all hang',
    id: 'B10',
    story: 'WebKit, a worker ended with transactions in flight.',
    faults: [{ on: 'transaction', how: 'hang' }],
    from: 'later',
    answer: 'network',
    fault: 'store-timeout',
  },
  {
    name: 'payload reads all hang',
    id: 'B10',
    story: 'As above, and the policy was read already.',
    faults: [{ on: 'get', store: 'payloads', how: 'hang' }],
    from: 'later',
    answer: 'network',
    fault: 'store-timeout',
  },
  {
    name: 'transaction is aborted after a read has succeeded, once',
    id: 'B8',
    story: 'The engine changes its mind.',
    faults: [
      {
        on: 'getAll',
        store: 'policies',
        how: 'abort',
        times: 1,
        name: 'UnknownError',
      },
    ],
    from: 'later',
    answer: 'hit',
  },
  {
    name: 'reads throw at the call',
    id: 'C5',
    story: 'Angular shipped a failing match() as a failing request.',
    faults: [{ on: 'get', how: 'throw', name: 'UnknownError' }],
    from: 'later',
    answer: 'network',
    fault: 'store-lost',
  },
];

/** Every failure of the whole store; while it lasts the network answers, and at most one event tells of it. */
export const troubles: readonly StoreTrouble[] = [...opening, ...running];

/** Failures of one write: the answer was given already, and nothing is told but Cache-Status. */
export const refusals: readonly {
  readonly name: string;
  readonly id: string;
  readonly faults: readonly StoreFault[];
}[] = [
  {
    name: 'the quota is exceeded after the request succeeded',
    id: 'C1',
    faults: [
      {
        on: 'put',
        store: 'payloads',
        how: 'abort',
        name: 'QuotaExceededError',
      },
    ],
  },
  {
    name: 'the disk is full for large values',
    id: 'C4',
    faults: [
      {
        on: 'put',
        store: 'payloads',
        how: 'fail',
        name: 'DataError',
        message: 'Failed to write blobs (IOError)',
      },
    ],
  },
  {
    name: 'a value cannot be cloned',
    id: 'A15',
    faults: [{ on: 'put', how: 'throw', name: 'DataCloneError' }],
  },
  {
    name: 'a put throws what no engine throws',
    id: 'C4',
    faults: [{ on: 'put', how: 'throw', name: 'OddError', message: 'odd' }],
  },
  {
    name: 'writes never end',
    id: 'C4',
    faults: [{ on: 'transaction', mode: 'readwrite', how: 'hang' }],
  },
];
