import { diskTests } from './disk.js';

diskTests('webkit');
