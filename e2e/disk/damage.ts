import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PYTHON } from '../browsers.mjs';
import { paths } from './profile.js';

/** One way in which a closed profile's files are damaged. */
export interface DiskDamage {
  readonly id: string;
  readonly name: string;
  /** Part of every test run; the others are run by E2E=all. */
  readonly isCore?: boolean;
  /** The paths that cannot be answered from the store any more; without it, any or none. */
  readonly lost?: readonly string[];
  /** So much more is written before the damage that the log has become a table. */
  readonly isTable?: true;
  /** The origin still has what was stored: a body can be continued in mid-stream. */
  readonly isSame?: true;
  /** The engine has lost the store for good, and has no other: the network answers. */
  readonly isLost?: true;
  /** What is damaged is made read-only, as far as that can be. */
  readonly isFrozen?: true;
  /** Opened a third time: an engine may notice the damage only after the next writes. */
  readonly isLatent?: true;
  /** May return what undoes it, where a profile could not be removed else. */
  damage(folder: string): void | (() => void);
}

export const all = Object.keys(paths);
export const blobs = all.filter((at) => (paths[at] ?? 0) > 48 * 1024);

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(file);
    else yield file;
  }
}

/** The one folder or the files below `folder` whose path matches; there must be some. */
function matching(folder: string, pattern: RegExp): string[] {
  const found = [...filesUnder(folder)].filter((file) => pattern.test(file));
  if (found.length === 0) throw new Error(`no ${pattern} under ${folder}`);
  return found;
}

function folderOf(folder: string, pattern: RegExp): string {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .find((each) => pattern.test(each));
  if (found === undefined) throw new Error(`no ${pattern} under ${folder}`);
  return found;
}

type Change = (file: string) => void;

/** Flips bits at these fractions of the file's length, or at offsets when they are 1 or more. */
export const flip =
  (...at: number[]): Change =>
  (file) => {
    const bytes = readFileSync(file);
    for (const place of at) {
      const offset = place < 1 ? Math.floor(place * bytes.length) : place;
      bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
    }
    writeFileSync(file, bytes);
  };
export const many = Array.from({ length: 60 }, (_, n) => 0.02 + n / 64);
export const cut =
  (keep: (size: number) => number): Change =>
  (file) =>
    truncateSync(file, keep(statSync(file).size));
export const half = cut((size) => size >> 1);
export const empty = cut(() => 0);
export const remove: Change = (file) => rmSync(file, { recursive: true });
export const garble: Change = (file) =>
  writeFileSync(file, 'garbage\n'.repeat(40));
export const append: Change = (file) =>
  writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(999)]));
export const replaceByFile: Change = (folder) => {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file');
};
export const replaceByFolder: Change = (file) => {
  rmSync(file);
  mkdirSync(file);
};

/** Applies a change to every file that matches. */
export const each =
  (pattern: RegExp, change: Change) =>
  (folder: string): void => {
    for (const file of matching(folder, pattern)) change(file);
  };

/** Applies a change to the folder that matches. */
export const whole =
  (pattern: RegExp, change: Change) =>
  (folder: string): void =>
    change(folderOf(folder, pattern));

/** The files of two entries change places. */
const swap =
  (pattern: RegExp) =>
  (folder: string): void => {
    const [one, two] = matching(folder, pattern)
      .filter((file) => statSync(file).size === paths['/large-1'])
      .sort();
    if (!one || !two) throw new Error('there are no two files to swap');
    copyFileSync(one, `${one}.tmp`);
    copyFileSync(two, one);
    copyFileSync(`${one}.tmp`, two);
    rmSync(`${one}.tmp`);
  };

interface Place {
  readonly blob: RegExp;
}

/** What every engine that keeps Blobs as files can suffer. */
export const files = ({ blob }: Place): DiskDamage[] => [
  {
    id: 'A8',
    name: 'one bit of every large file is flipped at its start',
    lost: blobs,
    damage: each(blob, flip(0)),
  },
  {
    id: 'A8',
    name: 'one bit of every large file is flipped near its end',
    isCore: true,
    // The first slice of the longest body is whole, so its head is a hit.
    lost: blobs.filter((at) => at !== '/slices'),
    isSame: true,
    damage: each(blob, flip(0.99)),
  },
  {
    id: 'A8',
    name: 'two large files have changed places',
    isCore: true,
    lost: ['/large-1', '/large-2'],
    damage: swap(blob),
  },
  {
    id: 'A9',
    name: 'every large file is cut to half',
    isCore: true,
    damage: each(blob, half),
  },
  {
    id: 'A9',
    name: 'every large file is empty',
    lost: blobs,
    damage: each(blob, empty),
  },
  {
    id: 'A9',
    name: 'every large file has grown',
    damage: each(blob, append),
  },
  {
    id: 'A12',
    name: 'every large file is gone',
    isCore: true,
    lost: blobs,
    damage: each(blob, remove),
  },
  {
    id: 'A13',
    name: 'every large file is a folder',
    lost: blobs,
    damage: each(blob, replaceByFolder),
  },
];

/** Whether files can be made unchangeable, even for root, who may write to everything else. */
export function canFreeze(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'mendbox-frozen-'));
  const isFrozen = frozen(folder, true);
  frozen(folder, false);
  rmSync(folder, { recursive: true });
  return isFrozen;
}

const frozen = (folder: string, is: boolean): boolean =>
  spawnSync('chattr', ['-R', is ? '+i' : '-i', folder]).status === 0;

/** Makes the folder that matches read-only, with all that is in it. */
export const freeze =
  (pattern: RegExp) =>
  (folder: string): (() => void) => {
    const found = folderOf(folder, pattern);
    frozen(found, true);
    return () => frozen(found, false);
  };

/** Moves what SQLite has written ahead into the database itself, and damages that. */
export const settled =
  (change: Change): Change =>
  (file) => {
    const script =
      "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA wal_checkpoint(TRUNCATE)')";
    if (spawnSync(PYTHON, ['-c', script, file]).status !== 0)
      throw new Error(`SQLite could not settle ${file}`);
    change(file);
  };
