import { readFileSync } from 'node:fs';
import type { BrowserContext, CDPSession } from '@playwright/test';

const MIB = 1024 * 1024;

/** The memory of a process that is not a file's, in bytes (Linux). */
function anonymous(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** What Runtime.getHeapUsage answers, in bytes. */
interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/** Watches the memory of Chromium's processes, and of what lives in the service worker. */
export class MemoryWatch {
  readonly #cdp: CDPSession;
  readonly #replies = new Map<number, (result: unknown) => void>();
  #session = '';
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
  }

  #call(method: string): Promise<unknown> {
    const id = ++this.#calls;
    const reply = new Promise((resolve) => this.#replies.set(id, resolve));
    void this.#cdp.send('Target.sendMessageToTarget', {
      sessionId: this.#session,
      message: JSON.stringify({ id, method, params: {} }),
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

  /** How far each renderer rises above its rest while `work` runs, uncollected garbage included, in MiB. */
  async rises(work: () => Promise<unknown>): Promise<number[]> {
    const { processInfo } = await this.#cdp.send('SystemInfo.getProcessInfo');
    const rest = new Map<number, number>();
    for (const { type, id } of processInfo)
      if (type === 'renderer') rest.set(id, anonymous(id));
    const peaks = new Map(rest);
    const look = setInterval(() => {
      for (const [pid, peak] of peaks)
        peaks.set(pid, Math.max(peak, anonymous(pid)));
    }, 10);
    await work();
    clearInterval(look);
    return [...peaks].map(([pid, peak]) =>
      Math.round((peak - (rest.get(pid) ?? 0)) / MIB),
    );
  }
}
