/** The buttons beside the lifecycle frame: each is a deploy, as its server would see it. */
import { RELEASE_COOKIE } from '../resources.js';
import { find, findOf } from './dom.js';

function serve(release: string): void {
  // oxlint-disable-next-line unicorn/no-document-cookie -- the CookieStore is not in every browser that this runs in
  document.cookie = `${RELEASE_COOKIE}=${release}; path=/lifecycle/; SameSite=Strict`;
}

/** Releases are counted on for as long as this browser remembers: a worker of an earlier visit may still be there. */
function nextRelease(): string {
  const next = String(Number(localStorage.getItem(RELEASE_COOKIE)) + 1);
  localStorage.setItem(RELEASE_COOKIE, next);
  return next;
}

/** The app in the frame; opened when it is first needed. */
export function wireLifecycle(): void {
  const frame = findOf(HTMLIFrameElement, '#lifecycle-frame');
  const deploys: Readonly<Record<string, () => string>> = {
    release: nextRelease,
    skew: () => 'skew',
    kill: () => 'kill',
  };
  const isOpen = (): boolean => frame.hasAttribute('src');
  const open = (): void => {
    serve(nextRelease());
    frame.src = '/lifecycle/';
    frame.hidden = false;
    find('#lifecycle-closed').hidden = true;
    for (const name of Object.keys(deploys))
      findOf(HTMLButtonElement, `[data-testid=deploy-${name}]`).disabled =
        false;
  };
  find('[data-testid=lifecycle-open]').addEventListener('click', () => {
    if (!isOpen()) open();
  });
  for (const [name, next] of Object.entries(deploys))
    find(`[data-testid=deploy-${name}]`).addEventListener('click', () => {
      serve(next());
      frame.contentWindow?.postMessage('look-for-update', location.origin);
    });
}
