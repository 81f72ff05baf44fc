import { onHeal } from '../../src/window/index.js';
import { Bench } from './bench.js';
import { Beside } from './beside.js';
import { Conformance } from './conformance.js';
import { takeControl } from './control.js';
import { find } from './dom.js';
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
wirePanel(() => {
  bench.strip.refresh();
  void bench.lookAtStore();
  void player.lookAtStore();
});
find('[data-testid=fetch-all]').addEventListener(
  'click',
  () => void bench.fetchAll(),
);

if (await control) {
  for (const chapter of [new Beside(), new FlightRecorder(), new Conformance()])
    chapter.wire();
  wireLifecycle();
  bench.strip.start();
  await bench.lookAtStore();
  await player.lookAtStore();
} else {
  bench.strip.without();
  bench.panel.disable('Without a worker nothing is stored.');
}
