/** What the log's words mean, in plain English. */
import type { Fault, Outcome, Phase } from '../../src/fault.js';

/** What was wrong. */
export const FAULTS: Readonly<Record<Fault, string>> = {
  'policy-invalid':
    'The policy record was not what was written: a field has the wrong shape, or its checksum does not match.',
  'policy-missing': 'The payload record stood alone: its policy was gone.',
  'payload-invalid': 'The payload record could not be read as bytes.',
  'payload-missing': 'The policy record stood alone: its payload was gone.',
  'schema-unknown': 'The records were written by another build.',
  'key-mismatch': 'The policy record belonged to another URL.',
  'pair-mismatch': 'The two records were not written together.',
  'length-mismatch': 'The body was shorter or longer than what was stored.',
  'digest-mismatch': 'The body’s bytes were not the ones that were stored.',
  'integrity-mismatch': 'The bytes were not the ones the origin declared.',
  'unusable-304': 'The origin’s 304 contradicted what was stored.',
  'store-unavailable': 'The database could not be opened or used.',
  'store-timeout': 'The database did not answer in time.',
  'store-lost': 'The open database was deleted or lost its connection.',
};

/** Where in the request's story it was found. */
export const PHASES: Readonly<Record<Phase, string>> = {
  lookup: 'found at lookup',
  validate: 'found when validating',
  body: 'found while reading the body',
  write: 'found when writing',
  verify: 'found by verify',
};

/** What became of the request. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  replayed: 'asked the origin again',
  'network-error': 'the network failed too',
  dropped: 'dropped, nobody was waiting',
  rewritten: 'memory wrote its verified copy back',
  'passed-through': 'the network answered past the cache',
  'range-spliced': 'fetched the bad part by Range and joined it',
  'refetch-spliced': 'fetched it again and joined the rest',
  'stream-error': 'the body could not be continued',
};
