/**
 * The ready-made worker, built as dist/worker.js. It takes no options but one: registered as /worker.js?statePage it has
 * the state page.
 */
import { install } from './install.js';

install({ statePage: /state-?page/i.test(location.search) });
