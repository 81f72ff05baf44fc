import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const root = fileURLToPath(new URL('../../', import.meta.url));
const apps = fileURLToPath(new URL('apps/', import.meta.url));

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** A folder outside of the project: nothing of the project's own node_modules can be found from there. */
export const emptyFolder = (): Promise<string> =>
  mkdtemp(join(tmpdir(), 'mendbox-'));

/** Runs a command in a folder; rejects with all that it printed when it fails. */
export async function command(
  folder: string,
  name: string,
  ...options: string[]
): Promise<string> {
  try {
    const { stdout } = await run(name, options, { cwd: folder });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as Partial<
      Record<'stdout' | 'stderr', string>
    >;
    const line = [name, ...options].join(' ');
    throw new Error(`${line}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Packs what `npm publish` would send, from dist/ as it is; resolves to the file. */
export async function pack(): Promise<string> {
  const folder = await emptyFolder();
  const printed = await command(
    root,
    'npm',
    ...['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
  );
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }];
  return join(folder, filename);
}

/** Installs the packed file beside other packages, in the versions that the project itself uses, into an empty folder. */
export async function installed(
  packed: string,
  packages: readonly string[],
): Promise<string> {
  const folder = await emptyFolder();
  const manifest = await readFile(join(root, 'package.json'), 'utf8');
  const { devDependencies } = JSON.parse(manifest) as Manifest;
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'app', private: true, type: 'module' }),
  );
  await command(
    folder,
    'npm',
    ...['install', '--prefer-offline', '--no-audit', '--no-fund'],
    packed,
    ...packages.map((name) => `${name}@${devDependencies[name]}`),
  );
  return folder;
}

/** Sets up one of the apps as its owner would, and builds it; resolves to the folder of the built files. */
export async function builtApp(
  packed: string,
  name: string,
  packages: readonly string[],
): Promise<string> {
  const folder = await installed(packed, ['vite', ...packages]);
  for (const part of ['page', name])
    await cp(join(apps, part), folder, { recursive: true });
  const vite = join('node_modules', 'vite', 'bin', 'vite.js');
  const logged = ['--logLevel', 'error'];
  await command(folder, process.execPath, vite, 'build', ...logged);
  return join(folder, 'dist');
}
