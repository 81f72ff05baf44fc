/** All tables by name. */
import type { HttpCase } from './case.js';
import { cors } from './cors.js';
import { head } from './head.js';
import { methods } from './methods.js';
import { modes } from './modes.js';
import { navigations } from './navigations.js';
import { search } from './search.js';
import { partial } from './partial.js';
import { ranges } from './ranges.js';
import { stale } from './stale.js';
import { storing } from './storing.js';
import { time } from './time.js';
import { vary } from './vary.js';

export const tables: readonly (readonly [string, readonly HttpCase[]])[] = [
  ['ranges', ranges],
  ['partial', partial],
  ['head', head],
  ['stale', stale],
  ['vary', vary],
  ['storing', storing],
  ['modes', modes],
  ['methods', methods],
  ['cors', cors],
  ['navigations', navigations],
  ['search', search],
  ['time', time],
];
