/* oxlint-disable unicorn/consistent-function-scoping -- only the text of installSoak() reaches the page, so everything is inside it */
/** How a page asks. */
export type Way = 'plain' | 'no-cache' | 'reload' | 'range' | 'head' | 'post';

/** One request of a page. */
export interface Asked {
  readonly n: number;
  readonly way: Way;
  /** Names the request to the origin. */
  readonly id: string;
}

/** What came of it. */
export interface Got {
  readonly status: number;
  readonly etag?: string;
  readonly cacheStatus: string;
  readonly range: string;
  /** Of what was read, in bytes. */
  readonly bytes: number;
  readonly sha256: string;
  readonly error?: string;
  /** In milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

/** What came of a script element. */
export interface Ran {
  readonly path: string;
  readonly etag?: string;
  readonly token?: string;
}

/** What the pages of the soak have as `window.soaking`. */
export interface Soaking {
  ask(all: readonly Asked[]): Promise<Got[]>;
  /** Loads scripts, and tells what they said they are. */
  run(paths: readonly string[]): Promise<Ran[]>;
  /** Damages stored pairs by the text of functions; gives how many there were. */
  rot(
    damages: readonly (readonly [key: string, text: string])[],
  ): Promise<number>;
}

declare global {
  interface Window {
    soaking: Soaking;
    soak(said: [path: string, etag: string, token: string]): void;
  }
}

/** Runs in every page before its own scripts; it stands alone, because only its text gets there. */
export function installSoak(): void {
  const inits: Record<Way, RequestInit> = {
    plain: {},
    'no-cache': { cache: 'no-cache' },
    reload: { cache: 'reload' },
    range: { headers: { range: 'bytes=20-119' } },
    head: { method: 'HEAD' },
    post: { method: 'POST', body: 'change' },
  };
  const now = (): number => performance.timeOrigin + performance.now();

  const ask = async ({ n, way, id }: Asked): Promise<Got> => {
    const start = now();
    const init = inits[way];
    const headers = { ...(init.headers as object), 'x-soak': id };
    let response: Response | undefined;
    let sha256 = '';
    let bytes = 0;
    let error: string | undefined;
    try {
      response = await fetch(`/soak/${n}`, { ...init, headers });
      const body = await response.arrayBuffer();
      bytes = body.byteLength;
      sha256 = await window.bench.sha256(body);
    } catch (reason) {
      error = String(reason);
    }
    const of = (name: string): string => response?.headers.get(name) ?? '';
    const etag = response?.headers.get('etag');
    return {
      status: response?.status ?? 0,
      ...(typeof etag === 'string' && { etag }),
      cacheStatus: of('cache-status'),
      range: of('content-range'),
      bytes,
      sha256,
      ...(error !== undefined && { error }),
      start,
      end: now(),
    };
  };

  const said = new Map<string, Omit<Ran, 'path'>>();
  window.soak = ([path, etag, token]) => {
    said.set(path, { etag, token });
  };
  const run = (path: string): Promise<Ran> =>
    new Promise((resolve) => {
      said.delete(path);
      const script = document.createElement('script');
      const end = (): void => {
        script.remove();
        resolve({ path, ...said.get(path) });
      };
      script.addEventListener('load', end);
      script.addEventListener('error', end);
      script.src = path;
      document.head.append(script);
    });

  const rot = async (key: string, text: string): Promise<boolean> => {
    // oxlint-disable-next-line no-implied-eval -- the row's own text
    const change = new Function(`return (${text})`)();
    try {
      const pair = await window.bench.read(key, 'mendbox');
      if (!pair.policy || !pair.payload) return false;
      await change(pair);
      await window.bench.write(key, 'mendbox', pair);
      return true;
    } catch {
      // The row wants another form of body, or Firefox has lost a file of it in the meantime.
      return false;
    }
  };

  window.soaking = {
    ask: (all) => Promise.all(all.map(ask)),
    run: (paths) => Promise.all(paths.map(run)),
    async rot(damages) {
      const done = await Promise.all(
        damages.map(([key, text]) => rot(key, text)),
      );
      return done.filter(Boolean).length;
    },
  };
}
