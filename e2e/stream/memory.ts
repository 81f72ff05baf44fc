import { readFileSync } from 'node:fs';
import type { BrowserContext, CDPSession } from '@playwright/test';

/** The memory of a process that is not a file's, shared pages included, in bytes (Linux). */
function resident(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1024;
  return of('RssAnon') + of('RssShmem');
}

/** What Runtime.getHeapUsage answers, in bytes. */
interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/** Watches the memory of the service worker, and of its process, in Chromium. */
export class MemoryWatch {
  readonly #cdp: CDPSession;
  readonly #replies = new Map<number, (result: unknown) => void>();
  #session = '';
  #pid = 0;
  #calls = 0;

  private constructor(cdp: CDPSession) {
    this.#cdp = cdp;
    cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as {
        id: number;
        result: unknown;
      };
      this.#replies.get(id)?.(result);
      this.#replies.delete(id);
    });
  }

  static async start(context: BrowserContext): Promise<MemoryWatch> {
    const browser = context.browser();
    if (!browser) throw new Error('there is no browser to ask');
    return new MemoryWatch(await browser.newBrowserCDPSession());
  }

  /** Begins to speak to the worker that runs now. */
  async attach(): Promise<void> {
    const { targetInfos } = await this.#cdp.send('Target.getTargets');
    const worker = targetInfos.find(({ type }) => type === 'service_worker');
    if (!worker) throw new Error('no worker runs');
    const { targetId } = worker;
    const { sessionId } = await this.#cdp.send('Target.attachToTarget', {
      targetId,
      flatten: false,
    });
    this.#session = sessionId;
    this.#pid = await this.#busiest(
      '{ const end = Date.now() + 400; while (Date.now() < end); }',
    );
  }

  /** The renderer that runs the worker: the one that is busy while the worker is. */
  async #busiest(expression: string): Promise<number> {
    const times = async (): Promise<Map<number, number>> => {
      const { processInfo } = await this.#cdp.send('SystemInfo.getProcessInfo');
      const renderers = processInfo.filter(({ type }) => type === 'renderer');
      return new Map(renderers.map(({ id, cpuTime }) => [id, cpuTime]));
    };
    const before = await times();
    // A machine with other work gives it little time at once.
    for (let tries = 0; tries < 20; tries++) {
      await this.#call('Runtime.evaluate', { expression });
      const used = [...(await times())].map(
        ([id, time]) => [time - (before.get(id) ?? 0), id] as const,
      );
      const [[seconds, id] = [0, 0], [next] = [0]] = used.sort(
        ([a], [b]) => b - a,
      );
      if (seconds - next > 0.2) return id;
    }
    throw new Error('the worker seems to run nowhere');
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#calls;
    const reply = new Promise((resolve) => this.#replies.set(id, resolve));
    void this.#cdp.send('Target.sendMessageToTarget', {
      sessionId: this.#session,
      message: JSON.stringify({ id, method, params }),
    });
    return reply;
  }

  /** What is reachable in the worker: script objects, and the buffers that they hold, in bytes. */
  async live(): Promise<number> {
    // Buffers found dead by the first are freed by the second.
    await this.#call('HeapProfiler.collectGarbage');
    await this.#call('HeapProfiler.collectGarbage');
    const usage = (await this.#call('Runtime.getHeapUsage')) as HeapUsage;
    return usage.usedSize + (usage.backingStorageSize ?? 0);
  }

  /** How far the worker's process rises above its rest while `work` runs, uncollected garbage included, in bytes. */
  async rise(work: () => Promise<unknown>): Promise<number> {
    const rest = resident(this.#pid);
    let peak = rest;
    const look = setInterval(() => {
      peak = Math.max(peak, resident(this.#pid));
    }, 5);
    await work().finally(() => clearInterval(look));
    return peak - rest;
  }
}
