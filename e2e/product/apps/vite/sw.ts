/** A worker of the app's own: it adds nothing but its name. */
import { install } from 'mendbox/worker';

install({ cacheName: `own-${process.env['NODE_ENV']}` });
