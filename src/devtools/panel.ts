/** The element: it asks the worker what mendbox/window can ask, and shows the answers. */
import type { CacheStats, EntryInfo } from '../report.js';
import type { How } from '../testing/index.js';
import { entries, onHeal, purge, stats } from '../window/index.js';
import { Entries } from './entries.js';
import { make, messageOf } from './element.js';
import { nameOf } from './format.js';
import { Log } from './log.js';
import { State } from './state.js';
import { sheet } from './style.js';
import { Tools, type Offline } from './tools.js';
import { Trend } from './trend.js';

/** How often the worker is asked while the page is seen, in milliseconds. */
const EVERY_MS = 2_000;

/** How long an answer is waited for, in milliseconds. */
const PATIENCE_MS = 5_000;

/** What the panel did to the cache; the detail of its `mendbox-change` event. */
export interface PanelChange {
  /** The label of the button that was pressed. */
  readonly did: string;
}

/** Counts that change when the list of entries does. */
const signOf = (told: CacheStats): string =>
  [told.entries, told.bytes, told.hits, told.misses, told.heals].join();

/**
 * `<mendbox-panel>`: what is stored and how fresh it is, what was healed, hit ratio and latency over time, the state of
 * the storage; and buttons that verify, purge and break it. It speaks to the worker of its page.
 *
 * After each deed that may have changed what is stored it dispatches `mendbox-change`, a CustomEvent of PanelChange.
 * Colours follow the page's `color-scheme` (Chromium 123, Firefox 120, Safari 17.5), letters `--mendbox-font`.
 */
export class MendboxPanel extends HTMLElement {
  readonly #state = new State();
  readonly #trend = new Trend();
  readonly #status = make('p', { class: 'status', role: 'status' });
  readonly #log = new Log((text) => this.#say(text));
  readonly #tools = new Tools((did, deed) => this.#run(did, deed));
  readonly #entries = new Entries({
    breakEntry: (entry, how) => this.#break(entry, how),
    purge: (url) =>
      this.#run('Purge', async () => {
        const dropped = await purge({ url });
        return `${nameOf(url)}: ${dropped} dropped.`;
      }),
  });
  #sign = '';
  #isAsking = false;
  #isSilent = false;
  #end: (() => void) | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet()];
    root.append(
      make(
        'div',
        { class: 'panel', role: 'region', 'aria-label': 'mendbox panel' },
        make('div', { class: 'head' }, this.#tools.root, this.#status),
        this.#state.root,
        this.#trend.root,
        this.#entries.root,
        this.#log.root,
      ),
    );
  }

  /**
   * Called by the offline button, which is there only when this is: only the page's own server or tools can cut a
   * worker off.
   */
  get offline(): Offline | undefined {
    return this.#tools.offline;
  }

  set offline(goOffline: Offline | undefined) {
    this.#tools.offline = goOffline;
  }

  /** Begins to ask; called by the browser. */
  connectedCallback(): void {
    const deaf = onHeal((event) => {
      this.#log.add(event);
      void this.refresh();
    });
    const timer = setInterval(() => {
      this.#entries.tick();
    }, 1_000);
    const asking = setInterval(() => {
      if (!document.hidden) void this.refresh();
    }, EVERY_MS);
    this.#trend.start();
    this.#end = () => {
      deaf();
      clearInterval(timer);
      clearInterval(asking);
      this.#trend.stop();
    };
    void this.refresh();
  }

  /** Stops asking; called by the browser. */
  disconnectedCallback(): void {
    this.#end?.();
  }

  /** Asks the worker now; never rejects. */
  async refresh(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      await this.#ask();
      if (this.#isSilent) this.#say('');
      this.#isSilent = false;
    } catch (error) {
      this.#isSilent = true;
      this.#say(messageOf(error));
    } finally {
      this.#isAsking = false;
    }
  }

  async #ask(): Promise<void> {
    const patience = { timeoutMs: PATIENCE_MS };
    const told = await stats(patience);
    this.#state.show(told);
    this.#trend.note(told);
    const sign = signOf(told);
    if (sign === this.#sign) return;
    const listed = await entries(patience);
    this.#entries.show(listed);
    this.#tools.showCaches(listed.map(({ cacheName }) => cacheName));
    this.#sign = sign;
  }

  #say(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  #break({ url, cacheName }: EntryInfo, how: How): void {
    this.#run('Break', async () => {
      // Only who breaks something needs what it takes.
      const { corrupt } = await import('../testing/index.js');
      await corrupt(url, how, { cacheName });
      return `${nameOf(url)} is broken (${how}). The next request for it must heal.`;
    });
  }

  #run(did: string, deed: () => Promise<string>): void {
    this.#say('Working…');
    deed()
      .catch((error: unknown) => `That did not work: ${messageOf(error)}`)
      .then((text) => {
        this.#say(text);
        const detail: PanelChange = { did };
        const told = { detail, bubbles: true, composed: true };
        this.dispatchEvent(new CustomEvent('mendbox-change', told));
        this.#sign = '';
        return this.refresh();
      })
      .catch(() => undefined);
  }
}
