import { diskTests } from './disk.js';
import { fullDiskTest } from './full.js';

diskTests('chromium');
fullDiskTest('chromium');
