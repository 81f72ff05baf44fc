/** What the log's words mean, in plain English. */
import type { Fault, Outcome } from '../../src/fault.js';
import type { Source } from './cache-status.js';
import { short } from './format.js';
import type { Proof, Reading } from './measure.js';

/** What was wrong. */
export const FAULTS: Readonly<Record<Fault, string>> = {
  'policy-invalid': 'The policy record was not as it was written.',
  'policy-missing': 'The policy record was gone.',
  'payload-invalid': 'The payload record held no bytes.',
  'payload-missing': 'The payload record was gone.',
  'schema-unknown': 'The records were written by another release.',
  'key-mismatch': 'The policy record belonged to another URL.',
  'pair-mismatch': 'The two records were not written together.',
  'length-mismatch': 'The body was shorter or longer than what was stored.',
  'digest-mismatch': 'The bytes were not the ones that were stored.',
  'integrity-mismatch': 'The bytes were not the ones that the server declared.',
  'unusable-304': 'The server’s 304 contradicted what was stored.',
  'store-unavailable': 'The database could not be opened or used.',
  'store-timeout': 'The database did not answer in time.',
  'store-lost': 'The open database was deleted or lost its connection.',
};

/** What became of the request. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  replayed: 'It was dropped, and the server was asked again.',
  'network-error': 'It was dropped, but the network failed too.',
  dropped: 'What was left of it was dropped.',
  rewritten: 'The worker still had the bytes in memory, and stored them anew.',
  'passed-through': 'The server answered past the storage.',
  'range-spliced':
    'The bad part was asked for again by Range, and put in its place.',
  'refetch-spliced':
    'It was asked for again, and the stream went on where it had stopped.',
  'stream-error': 'The stream could not go on, and ended with an error.',
};

/** Where an answer came from. */
export const SOURCES: Readonly<Record<Source, string>> = {
  hit: 'From the storage, without asking the server.',
  validated: 'The server said “unchanged”, so the storage answered.',
  network: 'From the server.',
  healed: 'From the server, since what was stored was broken.',
};

const PROOFS: Readonly<Record<Proof, (reading: Reading) => string>> = {
  equal: ({ sha256 }) => `The server’s bytes, ${short(sha256)}…`,
  different: ({ sha256, expected }) =>
    `WRONG bytes, ${short(sha256)}…; the server has ${short(expected)}…`,
  unknown: ({ status }) =>
    `No proof: status ${status}, or the server did not say`,
};

/** Whether the bytes of an answer are right. */
export const proofOf = (reading: Reading): string =>
  PROOFS[reading.proof](reading);
