/** Runs the checks of checks.ts in this browser: through mendbox, and past it with the browser's own cache. */
import { purge } from '../../src/window/index.js';
import { CHECKS, type Check, type Move } from '../checks.js';
import { ORIGIN_PATH } from '../resources.js';
import { find, findOf, make, messageOf } from './dom.js';

/** What a check came to. */
interface Result {
  readonly isRight: boolean;
  readonly text: string;
}

const CHECK_PATH = `${ORIGIN_PATH}check`;

async function moveOnce(url: string, move: Move): Promise<string> {
  const { method = 'GET', fields = {}, query } = move;
  const target = query === undefined ? url : `${url}&${query}`;
  try {
    const answer = await fetch(target, { method, headers: fields });
    const text = await answer.text();
    return answer.ok ? text.slice(0, 1) : String(answer.status);
  } catch {
    return 'failed';
  }
}

async function run(
  check: Check,
  past: '' | '&mendbox-bypass',
): Promise<Result> {
  const token = crypto.randomUUID();
  const url = `${CHECK_PATH}?id=${check.id}&token=${token}${past}`;
  const seen: string[] = [];
  for (const move of check.moves) seen.push(await moveOnce(url, move));
  const counted = await fetch(
    `${CHECK_PATH}?count&token=${token}&mendbox-bypass`,
    { cache: 'no-store' },
  );
  const asked = Number(await counted.text());
  const isRight =
    seen.join() === check.expected.join() &&
    (check.asked === undefined || check.asked === asked);
  const text = isRight ? 'kept' : `answers ${seen.join(', ')}; ${asked} asked`;
  return { isRight, text };
}

function cellOf({ isRight, text }: Result): HTMLElement {
  const proof = isRight ? 'equal' : 'different';
  return make('td', {}, make('span', { 'data-proof': proof }, text));
}

function rowOf(check: Check, ours: Result, native: Result): HTMLElement {
  const [label, href] = check.spec;
  return make(
    'tr',
    { 'data-check': check.id },
    make(
      'th',
      { scope: 'row' },
      check.title,
      ' ',
      make('a', { href, rel: 'external' }, label),
      ...(check.note ? [make('small', {}, check.note)] : []),
    ),
    cellOf(ours),
    cellOf(native),
  );
}

/** The chapter of the page. */
export class Conformance {
  readonly #run = findOf(HTMLButtonElement, '[data-testid=checks-run]');
  readonly #says = find('[data-testid=checks-outcome]');
  readonly #rows = find('#checks-rows');

  /** Waits for its button. */
  wire(): void {
    this.#run.addEventListener('click', () => void this.#press());
  }

  async #press(): Promise<void> {
    this.#run.disabled = true;
    this.#rows.replaceChildren();
    find('#checks').hidden = false;
    const right = { ours: 0, native: 0 };
    try {
      for (const check of CHECKS) {
        this.#says.textContent = `${check.title}…`;
        const ours = await run(check, '');
        const native = await run(check, '&mendbox-bypass');
        right.ours += Number(ours.isRight);
        right.native += Number(native.isRight);
        this.#rows.append(rowOf(check, ours, native));
      }
      // Nobody asks for them again.
      await purge({ prefix: new URL(CHECK_PATH, location.href).href });
      this.#says.textContent = `Of ${CHECKS.length} checks mendbox passes ${right.ours}, and this browser’s own cache ${right.native}.`;
    } catch (error) {
      this.#says.textContent = `That did not work: ${messageOf(error)}`;
    }
    this.#run.disabled = false;
  }
}
