/** The break buttons: what each does, and what it leaves of the two records. */
import type { How, StorageFault } from '../../src/testing/index.js';

/** Which records of a stored response a damage touches. */
export type Half = 'policy' | 'payload';

interface Button<Name> {
  readonly how: Name;
  readonly label: string;
  /** Said after the damage, with the resource's title in front. */
  readonly done: string;
}

/** A button that damages one resource's records. */
export interface RecordBreak extends Button<How> {
  readonly is: 'record';
  readonly harms: readonly Half[];
}

/** A button that damages the whole database. */
export interface StorageBreak extends Button<StorageFault> {
  readonly is: 'storage';
}

/** A row of buttons. */
export interface BreakGroup {
  readonly title: string;
  readonly breaks: readonly (RecordBreak | StorageBreak)[];
}

const record = (
  how: How,
  label: string,
  harms: readonly Half[],
  done: string,
): RecordBreak => ({ is: 'record', how, label, harms, done });

const storage = (
  how: StorageFault,
  label: string,
  done: string,
): StorageBreak => ({ is: 'storage', how, label, done });

/** The damage of the story that the page plays by itself. */
export const CUT = record(
  'truncate',
  'Cut in half',
  ['payload'],
  'has half of its body',
);

/** All buttons, in the order of the page. */
export const GROUPS: readonly BreakGroup[] = [
  {
    title: 'A half is lost',
    breaks: [
      record(
        'drop-policy',
        'Drop policy',
        ['policy'],
        'lost its policy record',
      ),
      record(
        'drop-payload',
        'Drop payload',
        ['payload'],
        'lost its payload record',
      ),
    ],
  },
  {
    title: 'Bytes rot',
    breaks: [
      record(
        'flip-bit',
        'Flip one bit',
        ['payload'],
        'has one flipped bit in its body',
      ),
      CUT,
      record('extend', 'Add a byte', ['payload'], 'has one byte too many'),
    ],
  },
  {
    title: 'Records lie',
    breaks: [
      record(
        'wrong-type',
        'Wrong type',
        ['policy'],
        'has the status "200", a string',
      ),
      record(
        'wrong-body',
        'Wrong body',
        ['payload'],
        'has a string for a body',
      ),
      record(
        'garble-policy',
        'Garble times',
        ['policy'],
        'looks a year younger than it is',
      ),
      record(
        'unknown-schema',
        'Schema',
        ['policy', 'payload'],
        'was “written by another build”',
      ),
    ],
  },
  {
    title: 'Pairs mix up',
    breaks: [
      record('swap', 'Swap payloads', ['payload'], 'changed payloads with'),
      record(
        'break-pair',
        'Unmatch halves',
        ['payload'],
        'has halves of two different writes',
      ),
      record(
        'wrong-key',
        'Wrong key',
        ['policy'],
        'has the policy of another URL',
      ),
    ],
  },
  {
    title: 'The database',
    breaks: [
      storage(
        'delete-database',
        'Delete',
        'The database was deleted under the running worker.',
      ),
      storage(
        'higher-version',
        'Raise version',
        'The database has a higher version now, as after a rolled-back release.',
      ),
      storage(
        'drop-stores',
        'Drop stores',
        'The database is there, but its object stores are gone.',
      ),
      storage(
        'hold',
        'Lock 4 s',
        'Another transaction locks the database for four seconds.',
      ),
    ],
  },
];
