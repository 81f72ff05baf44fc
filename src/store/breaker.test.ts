import { expect, test } from '@playwright/test';
import { Breaker } from './breaker.js';

const at = (): { now: number; breaker: Breaker } => {
  const clock = { now: 0 };
  return Object.assign(clock, { breaker: new Breaker(() => clock.now) });
};

test('a breaker opens at a failure, lets one call try after the pause, and waits longer each time', () => {
  const clock = at();
  const { breaker } = clock;
  expect(breaker.isOpen).toBe(false);
  for (const pause of [1_000, 5_000, 30_000, 300_000, 300_000]) {
    breaker.begin();
    breaker.fail();
    expect(breaker.waitMs).toBe(pause);
    clock.now += pause - 1;
    expect(breaker.waitMs).toBe(1);
    expect(breaker.isOpen).toBe(true);
    clock.now += 1;
    expect(breaker.isOpen).toBe(false);
  }
  breaker.begin();
  expect(breaker.isOpen, 'one call tries').toBe(true);
  expect(breaker.succeed()).toBe(true);
  expect(breaker.isOpen).toBe(false);
  expect(breaker.waitMs).toBe(0);
});

test("calls stand in nobody's way as long as none has failed", () => {
  const { breaker } = at();
  breaker.begin();
  expect(breaker.isOpen).toBe(false);
});

test('a call that ends without a verdict leaves the way free for the next', () => {
  const clock = at();
  clock.breaker.fail();
  clock.now = 1_000;
  clock.breaker.begin();
  clock.breaker.release();
  expect(clock.breaker.isOpen).toBe(false);
});

test('only the first failure and the recovery are news', () => {
  const { breaker } = at();
  expect(breaker.fail()).toBe(true);
  expect(breaker.fail()).toBe(false);
  expect(breaker.succeed()).toBe(true);
  expect(breaker.succeed()).toBe(false);
});

test('calls that fail together count as one', () => {
  const { breaker } = at();
  expect(breaker.fail()).toBe(true);
  for (let n = 0; n < 20; n++) expect(breaker.fail()).toBe(false);
  expect(breaker.waitMs).toBe(1_000);
});
