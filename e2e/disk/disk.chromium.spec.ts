import { diskTests } from './disk.js';

diskTests('chromium');
