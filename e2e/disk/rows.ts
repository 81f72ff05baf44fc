import { statSync } from 'node:fs';
import {
  all,
  blobs,
  cut,
  each,
  empty,
  files,
  flip,
  freeze,
  garble,
  half,
  many,
  remove,
  replaceByFile,
  replaceByFolder,
  settled,
  whole,
  type DiskDamage,
} from './damage.js';

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
    isCore: where === 'middle',
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
    isCore: true,
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
    id: 'B1',
    // Every open() fails, after four seconds.
    name: 'the database folder is read-only',
    isCore: true,
    isFrozen: true,
    lost: all,
    damage: freeze(leveldb),
  },
  {
    id: 'C4',
    name: 'the folder of large files is read-only',
    isFrozen: true,
    lost: [],
    damage: freeze(/indexeddb\.blob$/),
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
    isCore: true,
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
    id: 'B1',
    name: 'the folder of databases is read-only',
    isCore: true,
    isFrozen: true,
    isLost: true,
    damage: freeze(/\/idb$/),
  },
  {
    id: 'B17',
    name: "the origin's metadata are garbage",
    isCore: true,
    damage: each(/storage\/default\/[^/]+\/\.metadata-v2$/, garble),
  },
  {
    id: 'B17',
    name: "the profile's storage.sqlite is garbage",
    damage: each(/\/storage\.sqlite$/, garble),
  },
];

const stored = /\/IndexedDB\.sqlite3$/;

const webkit: readonly DiskDamage[] = [
  ...files({ blob: /\/\d+\.blob$/ }),
  {
    id: 'A8',
    name: 'the database has sixty flipped bits',
    isCore: true,
    isLatent: true,
    damage: each(stored, settled(flip(...many))),
  },
  {
    id: 'B3',
    name: 'the database has a garbled header',
    isCore: true,
    lost: all,
    damage: each(stored, settled(flip(1, 2, 3, 16, 17, 18, 19, 20))),
  },
  {
    id: 'B3',
    name: 'the database is cut to half',
    isCore: true,
    damage: each(stored, settled(half)),
  },
  {
    id: 'B3',
    name: 'the database is empty',
    lost: all,
    damage: each(stored, settled(empty)),
  },
  {
    id: 'B3',
    name: 'the database is gone',
    lost: all,
    damage: each(/\/IndexedDB\.sqlite3/, remove),
  },
  {
    id: 'B3',
    name: 'what was written ahead is garbage',
    isCore: true,
    lost: all,
    damage: each(/\/IndexedDB\.sqlite3-wal$/, garble),
  },
  {
    id: 'B3',
    name: 'what was written ahead has a flipped bit',
    damage: each(/\/IndexedDB\.sqlite3-wal$/, flip(0.5)),
  },
  {
    id: 'B2',
    name: 'a folder lies where the database was',
    isCore: true,
    isLost: true,
    lost: all,
    damage: each(stored, settled(replaceByFolder)),
  },
  {
    id: 'B1',
    name: 'the folder of databases is read-only',
    isCore: true,
    // Nothing is written, but what is there can be read.
    isFrozen: true,
    damage: freeze(/indexeddb\/v1$/),
  },
];

/** Damage to a closed profile, by engine. */
export const diskDamages = { chromium, firefox, webkit } as const;
