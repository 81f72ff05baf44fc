/** An app as its owner would write it: it registers its worker, prompts for updates, and tells of a mismatch. */
import { register, stats } from '../../src/window/index.js';
import { find } from '../page/dom.js';

const workers = navigator.serviceWorker;
const SCRIPT = new URL('/lifecycle/worker.js', location.href).href;

function say(name: string, text: string): void {
  find(`[data-testid=app-${name}]`).textContent = text;
}

/** What the worker's script was released as; a worker that is being killed does not say. */
function releaseOf(worker: ServiceWorker): Promise<string> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener('message', ({ data }) => resolve(String(data)));
    port1.start();
    worker.postMessage('release', [port2]);
  });
}

/** The app's own worker; without one the worker of the page around it is in control, for its scope is the whole origin. */
function ownWorker(): ServiceWorker | undefined {
  const { controller } = workers;
  return controller?.scriptURL === SCRIPT ? controller : undefined;
}

/** Whether an update was accepted: this page is of the old release until it is reloaded, and says so. */
let isLeaving = false;

async function showWorker(): Promise<void> {
  if (isLeaving) return;
  const worker = ownWorker();
  say('worker', worker ? 'in control' : 'none of its own');
  say('release', '–');
  say('version', '–');
  if (!worker) return;
  say('release', await releaseOf(worker));
  const told = await stats({ timeoutMs: 3_000 }).catch(() => undefined);
  say('version', told?.version ?? '–');
}

workers.addEventListener('controllerchange', () => void showWorker());
void showWorker();

await register(SCRIPT, {
  updateViaCache: 'none',
  onUpdate(accept) {
    const prompt = find('[data-testid=app-prompt]');
    prompt.hidden = false;
    find('[data-testid=app-accept]').addEventListener('click', () => {
      isLeaving = true;
      prompt.hidden = true;
      accept();
    });
  },
  onMismatch({ page, worker }) {
    const note = find('[data-testid=app-mismatch]');
    note.textContent = `This page was built with mendbox ${page}, its worker with ${worker ?? 'another'}: reload, or accept the update.`;
    note.hidden = false;
  },
});

window.addEventListener('message', ({ origin, data }) => {
  if (origin !== location.origin || data !== 'look-for-update') return;
  // What a browser does by itself at every navigation, and once a day; after the kill switch there is nothing to update.
  if (!ownWorker()) location.reload();
  else
    workers
      .getRegistration()
      .then((registration) => registration?.update())
      .catch(() => undefined);
});
