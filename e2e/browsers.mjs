// Finds the browsers that the end-to-end tests drive, and installs what is missing where that is possible.
//
//   node e2e/browsers.mjs [chromium] [shell] [firefox] [webkit]      (default: all)
//
// An environment variable (CHROMIUM_PATH, FIREFOX_PATH) comes first, then the PATH, then a browser
// that Playwright installed, then `npx playwright install`, then apt-get for root on a Debian.
// Chromium must be there in the end; the suite says so and goes without Firefox or WebKitGTK where there is none.
// `shell` is Chromium without a window of its own, in which most tests take half the time.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, firefox } from '@playwright/test';

const known = {
  chromium: {
    env: 'CHROMIUM_PATH',
    names: [
      'chromium',
      'chromium-browser',
      'google-chrome-stable',
      'google-chrome',
    ],
    own: () => chromium.executablePath(),
    apt: ['chromium'],
  },
  shell: {
    env: 'CHROMIUM_PATH',
    names: ['chromium-headless-shell'],
    own: () => '',
    apt: ['chromium-headless-shell'],
  },
  firefox: {
    env: 'FIREFOX_PATH',
    names: ['firefox-esr', 'firefox'],
    own: () => firefox.executablePath(),
    apt: ['firefox-esr'],
  },
  webkit: {
    env: 'WEBKIT_DRIVER_PATH',
    names: ['WebKitWebDriver'],
    own: () => '',
    apt: [
      'webkit2gtk-driver',
      'xvfb',
      'gir1.2-webkit2-4.1',
      'gir1.2-gtk-3.0',
      'python3-gi',
    ],
  },
};

/** The distribution's own, which has the bindings that e2e/webkit/browser.py needs. */
export const PYTHON = '/usr/bin/python3';
const BINDINGS =
  "import gi; gi.require_version('Gtk', '3.0'); gi.require_version('WebKit2', '4.1')";

/** What WebKitGTK lacks to be driven here; undefined when nothing. */
export function lackingForWebKit() {
  if (!findBrowser('webkit')) return 'there is no WebKitWebDriver';
  if (!process.env.DISPLAY && !isExecutable('/usr/bin/Xvfb'))
    return 'there is neither a display nor Xvfb';
  return spawnSync(PYTHON, ['-c', BINDINGS]).status === 0
    ? undefined
    : "there are no Python bindings of WebKitGTK's 4.1";
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return file !== '';
  } catch {
    return false;
  }
}

/**
 * Where a browser's executable is and whether it is Playwright's own build; undefined if there is none.
 * Throws if the environment names a file that cannot be run.
 */
export function findBrowser(name) {
  const { env, names, own } = known[name];
  const named = process.env[env];
  if (named) {
    if (isExecutable(named)) return { path: named, own: false };
    throw new Error(`${env} is ${named}, which cannot be run`);
  }
  // /usr/bin closes the list: some runners' PATH lacks it.
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/bin',
  ];
  for (const candidate of names) {
    const found = folders
      .map((folder) => path.join(folder, candidate))
      .find(isExecutable);
    if (found) return { path: found, own: false };
  }
  return isExecutable(own()) ? { path: own(), own: true } : undefined;
}

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * How Playwright starts a browser found here; the whole Chromium where there is no shell. A stock Firefox is driven over
 * WebDriver BiDi ("moz-firefox"), which Playwright's own build does not speak.
 */
export function launchOptions(name) {
  const found = findBrowser(name);
  if (!found && name === 'shell') return launchOptions('chromium');
  if (!found) throw new Error(`${name} is not there: node e2e/browsers.mjs`);
  return {
    executablePath: found.path,
    ...(name !== 'firefox' && { args: quiet }),
    ...(name === 'firefox' && !found.own && { channel: 'moz-firefox' }),
  };
}

function run(command, argv) {
  console.log(`$ ${command} ${argv.join(' ')}`);
  const { status } = spawnSync(command, argv, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

function installByApt(names) {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync('apt-get', ['--version']).status !== 0) return;
  run('apt-get', ['update', '-qq']);
  for (const name of names) {
    const options = ['-y', '-qq', '--no-install-recommends'];
    run('apt-get', ['install', ...options, ...known[name].apt]);
  }
}

function missingOf(names) {
  return names.filter((name) =>
    name === 'webkit'
      ? lackingForWebKit() !== undefined
      : findBrowser(name) === undefined,
  );
}

function ensure(names) {
  for (const name of missingOf(names)) {
    if (name === 'chromium' || name === 'firefox')
      run('npx', ['playwright', 'install', name]);
  }
  if (missingOf(names).length > 0) installByApt(missingOf(names));
  for (const name of names) {
    const found = findBrowser(name);
    console.log(`${name}: ${found?.path ?? 'not found'}`);
  }
  const missing = missingOf(names);
  if (missing.includes('shell'))
    console.log('Chromium is tested with a window, which takes longer.');
  if (missing.includes('firefox')) {
    console.log('Firefox could not be installed: it is not tested.');
  }
  if (missing.includes('webkit'))
    console.log(`WebKitGTK is not tested: ${lackingForWebKit()}.`);
  if (missing.includes('chromium')) {
    throw new Error(
      'No Chromium: put one on the PATH or name it in CHROMIUM_PATH.',
    );
  }
}

const isMain =
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);

if (isMain) {
  const asked = process.argv.slice(2);
  const strange = asked.filter((name) => !Object.hasOwn(known, name));
  try {
    if (strange.length > 0)
      throw new Error(`unknown browser: ${strange.join()}`);
    ensure(asked.length > 0 ? asked : Object.keys(known));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
