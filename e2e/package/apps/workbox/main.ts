import { register } from 'mendbox/window';

const worker = await register();
if (worker.registered) await worker.controlled;
const status = document.querySelector('output');
if (status) status.textContent = worker.registered ? 'controlled' : 'alone';
