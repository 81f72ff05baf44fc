import { onHeal } from '../../src/window/index.js';
import { Bench } from './bench.js';
import { Beside } from './beside.js';
import { followChapters } from './chapters.js';
import { Conformance } from './conformance.js';
import { takeControl } from './control.js';
import { find, findOf } from './dom.js';
import { FlightRecorder } from './flight.js';
import { wirePanel } from './inside.js';
import { wireLifecycle } from './lifecycle.js';
import { Player } from './player.js';

const control = takeControl();
const bench = new Bench(control);
const player = new Player();

onHeal((event) => {
  bench.healed(event);
  player.healed(event);
});
wirePanel((did) => {
  bench.strip.refresh();
  // Nobody is told of a broken store before somebody asks for something.
  if (did === 'Break the store') void bench.fetch(bench.panel.target);
  else void bench.lookAtStore();
  void player.lookAtStore();
});
find('[data-testid=fetch-all]').addEventListener(
  'click',
  () => void bench.fetchAll(),
);

/** The story, played by the page itself. */
function wireShow(): void {
  const button = findOf(HTMLButtonElement, '[data-testid=show]');
  button.addEventListener('click', () => {
    button.disabled = true;
    void bench.show().finally(() => {
      button.disabled = false;
    });
  });
  button.disabled = false;
}

followChapters();
if (await control) {
  wireShow();
  for (const chapter of [new Beside(), new FlightRecorder(), new Conformance()])
    chapter.wire();
  wireLifecycle();
  bench.strip.start();
  await bench.lookAtStore();
  await player.lookAtStore();
} else {
  bench.strip.without();
  bench.panel.disable('Without a worker nothing is stored.');
  // The chapters are about what a worker does, or need one of their own.
  for (const button of document.querySelectorAll<HTMLButtonElement>(
    '.chapter button.primary',
  ))
    button.disabled = true;
}
