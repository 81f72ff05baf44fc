import type {
  FullConfig,
  Reporter,
  Suite,
  TestError,
} from '@playwright/test/reporter';

/** Ends a run with one plain line, `N passed, N failed, N skipped`, which CI reads. */
class Totals implements Reporter {
  #suite: Suite | undefined;
  #errors = 0;

  printsToStdio(): boolean {
    return true;
  }

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#suite = suite;
  }

  // A file that does not load belongs to no test, and is a failure all the same.
  onError(_error: TestError): void {
    this.#errors++;
  }

  onEnd(): void {
    const outcomes =
      this.#suite?.allTests().map((test) => test.outcome()) ?? [];
    const count = (outcome: string): number =>
      outcomes.filter((each) => each === outcome).length;
    const flaky = count('flaky');
    if (flaky > 0) process.stdout.write(`\n${flaky} passed at a second try\n`);
    const passed = count('expected') + flaky;
    const failed = count('unexpected') + this.#errors;
    process.stdout.write(
      `\n${passed} passed, ${failed} failed, ${count('skipped')} skipped\n`,
    );
  }
}

// oxlint-disable-next-line import/no-default-export -- Playwright loads a reporter by its default export
export default Totals;
