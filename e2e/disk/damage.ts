import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { paths } from './profile.js';

/** One way in which a closed profile's files are damaged. */
export interface DiskDamage {
  readonly id: string;
  readonly name: string;
  /** Part of every test run; the others are run by DISK_ROWS=all. */
  readonly isCore?: true;
  /** The paths that cannot be answered from the store any more; without it, any or none. */
  readonly lost?: readonly string[];
  /** So much more is written before the damage that the log has become a table. */
  readonly isTable?: true;
  /** The origin still has what was stored: a body can be continued in mid-stream. */
  readonly isSame?: true;
  /** The engine has lost the store for good, and has no other: the network answers. */
  readonly isLost?: true;
  /** Opened a third time: an engine may notice the damage only after the next writes. */
  readonly isLatent?: true;
  damage(folder: string): void;
}

const all = Object.keys(paths);
const blobs = all.filter((at) => (paths[at] ?? 0) > 48 * 1024);

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
const flip =
  (...at: number[]): Change =>
  (file) => {
    const bytes = readFileSync(file);
    for (const place of at) {
      const offset = place < 1 ? Math.floor(place * bytes.length) : place;
      bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
    }
    writeFileSync(file, bytes);
  };
const many = Array.from({ length: 60 }, (_, n) => 0.02 + n / 64);
const cut =
  (keep: (size: number) => number): Change =>
  (file) =>
    truncateSync(file, keep(statSync(file).size));
const half = cut((size) => size >> 1);
const empty = cut(() => 0);
const remove: Change = (file) => rmSync(file, { recursive: true });
const garble: Change = (file) => writeFileSync(file, 'garbage\n'.repeat(40));
const append: Change = (file) =>
  writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(999)]));
const replaceByFile: Change = (folder) => {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file');
};
const replaceByFolder: Change = (file) => {
  rmSync(file);
  mkdirSync(file);
};

/** Applies a change to every file that matches. */
const each =
  (pattern: RegExp, change: Change) =>
  (folder: string): void => {
    for (const file of matching(folder, pattern)) change(file);
  };

/** Applies a change to the folder that matches. */
const whole =
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
const files = ({ blob }: Place): DiskDamage[] => [
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

const blob = /indexeddb\.blob\/.*\/[0-9a-f]+$/;
const leveldb = /indexeddb\.leveldb$/;
const log = /indexeddb\.leveldb\/\d+\.log$/;
const table = /indexeddb\.leveldb\/\d+\.ldb$/;
const manifest = /indexeddb\.leveldb\/MANIFEST-\d+$/;
const current = /indexeddb\.leveldb\/CURRENT$/;

const chromium: readonly DiskDamage[] = [
  ...files({ blob }),
  {
    id: 'A12',
    name: 'the folder of large files is gone',
    lost: blobs,
    damage: whole(/indexeddb\.blob$/, remove),
  },
  ...(
    [
      ['start', 40],
      ['middle', 0.5],
      ['end', 0.98],
    ] as const
  ).map(([where, at]) => ({
    id: 'B3',
    name: `the log has a flipped bit at its ${where}`,
    isLatent: true as const,
    damage: each(log, flip(at)),
  })),
  {
    id: 'B3',
    name: 'the log lost its tail',
    isCore: true,
    isLatent: true,
    damage: each(
      log,
      cut((size) => size - 20),
    ),
  },
  { id: 'B3', name: 'the log is cut to half', damage: each(log, half) },
  { id: 'B3', name: 'the log is empty', lost: all, damage: each(log, empty) },
  { id: 'B3', name: 'the log is gone', lost: all, damage: each(log, remove) },
  {
    id: 'B3',
    name: 'a table has a flipped bit in its first block',
    isTable: true,
    isLatent: true,
    damage: each(table, flip(40)),
  },
  {
    id: 'B4',
    name: 'a table has flipped bits in its blocks',
    isCore: true,
    isTable: true,
    isLatent: true,
    damage: each(table, flip(0.3, 0.5, 0.7)),
  },
  {
    id: 'B3',
    name: 'a table has a flipped bit in its footer',
    isTable: true,
    isLatent: true,
    damage: each(table, (file) => flip(statSync(file).size - 5)(file)),
  },
  {
    id: 'B3',
    name: 'a table is cut to half',
    isTable: true,
    isLatent: true,
    damage: each(table, half),
  },
  {
    id: 'B3',
    name: 'a table is gone',
    isTable: true,
    isLatent: true,
    damage: each(table, remove),
  },
  {
    id: 'B3',
    name: 'MANIFEST has a flipped bit',
    isLatent: true,
    damage: each(manifest, flip(10)),
  },
  {
    id: 'B1',
    name: 'MANIFEST is gone',
    isCore: true,
    isLatent: true,
    lost: all,
    damage: each(manifest, remove),
  },
  {
    id: 'B1',
    name: 'CURRENT is garbage',
    isLatent: true,
    lost: all,
    damage: each(current, garble),
  },
  {
    id: 'B1',
    name: 'CURRENT is gone',
    isLatent: true,
    damage: each(current, remove),
  },
  {
    id: 'B3',
    name: 'the whole database folder is gone',
    lost: all,
    damage: whole(leveldb, remove),
  },
  {
    id: 'B2',
    name: 'a file lies where the database folder was',
    isLatent: true,
    lost: all,
    damage: whole(leveldb, replaceByFile),
  },
  {
    id: 'B3',
    name: 'the whole IndexedDB folder is gone',
    lost: all,
    damage: whole(/Default\/IndexedDB$/, remove),
  },
  {
    id: 'B2',
    name: 'a file lies where the IndexedDB folder was',
    lost: all,
    damage: whole(/Default\/IndexedDB$/, replaceByFile),
  },
];

const sqlite = /\/idb\/[^/]+\.sqlite$/;

const firefox: readonly DiskDamage[] = [
  ...files({ blob: /\/idb\/[^/]+\.files\/\d+$/ }),
  {
    id: 'A12',
    name: 'the folder of large files is gone',
    lost: blobs,
    damage: whole(/\/idb\/[^/]+\.files$/, remove),
  },
  {
    id: 'A8',
    name: 'the database has sixty flipped bits',
    isCore: true,
    isLatent: true,
    damage: each(sqlite, flip(...many)),
  },
  {
    id: 'B3',
    name: 'the database has a garbled header',
    isCore: true,
    lost: all,
    damage: each(sqlite, flip(1, 2, 3, 16, 17, 18, 19, 20)),
  },
  { id: 'B3', name: 'the database is cut to half', damage: each(sqlite, half) },
  {
    id: 'B3',
    name: 'the database is empty',
    lost: all,
    damage: each(sqlite, empty),
  },
  {
    id: 'B3',
    name: 'the database is gone',
    lost: all,
    damage: each(sqlite, remove),
  },
  {
    id: 'B2',
    name: 'a folder lies where the database was',
    isLatent: true,
    lost: all,
    damage: each(sqlite, replaceByFolder),
  },
  {
    id: 'B3',
    name: 'the folder of databases is gone',
    lost: all,
    damage: whole(/\/idb$/, remove),
  },
  {
    id: 'B2',
    name: 'a file lies where the folder of databases was',
    isCore: true,
    isLost: true,
    lost: all,
    damage: whole(/\/idb$/, replaceByFile),
  },
  {
    id: 'B17',
    name: "the origin's metadata are garbage",
    damage: each(/storage\/default\/[^/]+\/\.metadata-v2$/, garble),
  },
  {
    id: 'B17',
    name: "the profile's storage.sqlite is garbage",
    damage: each(/\/storage\.sqlite$/, garble),
  },
];

/** Damage to a closed profile, by engine. */
export const diskDamages = { chromium, firefox } as const;
