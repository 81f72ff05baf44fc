/** Registers the worker and says plainly what the page can do without one. */
import { register } from '../../src/window/index.js';
import { find } from './dom.js';

const PATIENCE_MS = 8000;

function notice(text: string): void {
  const element = find('#notice');
  element.textContent = text;
  element.hidden = false;
}

/** Resolves to whether a worker controls this page; when none does, the page has said why. */
export async function takeControl(): Promise<boolean> {
  const found = await register('/worker.js', {
    scope: '/',
    updateViaCache: 'none',
    onProblem: ({ message }) =>
      notice(
        `No service worker: ${message} The page works, but nothing is cached, so every answer comes from the network and there is nothing to break.`,
      ),
  });
  if (!found.registered) return false;
  const isControlled = await Promise.race([
    found.controlled.then(() => true),
    new Promise<false>((resolve) => {
      setTimeout(() => resolve(false), PATIENCE_MS);
    }),
  ]);
  if (!isControlled) {
    notice(
      'The service worker is there, but it does not control this page yet: the page was reloaded past it (with shift), or the worker is still starting. Reload the page.',
    );
    // A slow start is no reason to trouble anybody.
    void found.controlled.then(() => location.reload());
  }
  return isControlled;
}
