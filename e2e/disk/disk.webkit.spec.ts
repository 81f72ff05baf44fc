import { diskTests } from './disk.js';
import { fullDiskTest } from './full.js';

diskTests('webkit');
fullDiskTest('webkit');
