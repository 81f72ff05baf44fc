/** Static routing: the browser is told which requests have no use for the worker, and need not start it for them. */

declare const self: ServiceWorkerGlobalScope;

/** `InstallEvent.addRoutes()` (Service Workers, section 4.5), which only Chromium has. */
interface Routable extends ExtendableEvent {
  addRoutes?(rules: readonly Rule[]): Promise<void>;
}

interface Rule {
  readonly condition: {
    readonly urlPattern: Readonly<Record<string, string>>;
    readonly requestMethod: string;
  };
  readonly source: 'network';
}

// The worker must see unsafe requests: they invalidate what is stored (RFC 9111 section 4.4).
const ROUTED = ['GET', 'HEAD'];

/** Paths of the worker's own origin below which nothing is cached. */
export class Bypassed {
  readonly #urls: readonly URL[];

  constructor(paths: readonly string[]) {
    this.#urls = paths.map((path) => new URL(path, self.location.href));
  }

  /** Whether a request is left to the browser; so it is in every engine, whether or not it was told. */
  has({ method, url }: Request): boolean {
    return (
      ROUTED.includes(method) &&
      this.#urls.some(({ href }) => url.startsWith(href))
    );
  }

  /** Tells the browser, where it listens. */
  tell(event: Routable): void {
    const rules = this.#urls.flatMap((url) =>
      ROUTED.map((method) => ruleOf(url, method)),
    );
    // A browser that refuses them asks the worker, and has() says the same.
    if (rules.length > 0) event.addRoutes?.(rules).catch(() => undefined);
  }
}

function ruleOf(url: URL, requestMethod: string): Rule {
  const { hostname, port, pathname } = url;
  const urlPattern = {
    protocol: url.protocol.slice(0, -1),
    hostname,
    port,
    // These would mean something in a pattern.
    pathname: `${pathname.replaceAll(/[\\{}()*+?:]/g, '\\$&')}*`,
  };
  return { condition: { urlPattern, requestMethod }, source: 'network' };
}
