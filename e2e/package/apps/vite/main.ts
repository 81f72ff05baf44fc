import { breakStorage, corrupt } from 'mendbox/testing';
import { register, warm } from 'mendbox/window';

Object.assign(window, { breakStorage, corrupt, warm });

const worker = await register();
if (worker.registered) await worker.controlled;
const status = document.querySelector('output');
if (status) status.textContent = worker.registered ? 'controlled' : 'alone';
