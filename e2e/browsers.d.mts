/** A browser on this machine; `own` if it is Playwright's build of it. */
export interface FoundBrowser {
  readonly path: string;
  readonly own: boolean;
}

/** Where a browser's executable is, or undefined if none was found. */
export function findBrowser(
  name: 'chromium' | 'shell' | 'firefox' | 'webkit',
): FoundBrowser | undefined;

/** The Python that has the bindings of WebKitGTK. */
export const PYTHON: string;

/** What WebKitGTK lacks to be driven here; undefined when nothing. */
export function lackingForWebKit(): string | undefined;

/** How Playwright starts a browser found here; throws if there is none. */
export function launchOptions(name: 'chromium' | 'shell' | 'firefox'): {
  executablePath: string;
  args?: string[];
  channel?: string;
};
