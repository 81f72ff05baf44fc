/** The ready-made worker, built as dist/worker.js. */
import { install } from './install.js';

install();
