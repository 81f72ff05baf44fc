import { diskTests } from './disk.js';

diskTests('firefox');
