import { readFile, writeFile } from 'node:fs/promises';

/**
 * `node scripts/complete-lockfile.ts`, after `npm install` through a registry mirror that holds packages
 * for some platforms only: npm then leaves the others out of package-lock.json, and `npm ci` refuses a
 * lockfile that lacks them. This adds an entry for each, with what its name says of its platform, so that
 * npm skips it here and finds it elsewhere. (They carry no integrity: nobody could measure it.)
 *
 * It also removes the Node versions that packages require: npm would compare them with the Node that it runs on itself,
 * and warn, although all scripts here run on the Node that npm installs.
 */
const lockfile = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(await readFile(lockfile, 'utf8')) as Lockfile;

/** Names of `process.platform` and `process.arch`, which package names use along with a few others. */
const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix'];
const processors: Readonly<Record<string, string>> = {
  x64: 'x64',
  ia32: 'ia32',
  arm64: 'arm64',
  aarch64: 'arm64',
  arm: 'arm',
  armv7: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
  mips64el: 'mips64el',
};

let added = 0;
for (const [parent, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(parent, name)) continue;
    const platform = platformOf(name);
    if (platform === undefined) throw new Error(`${name} is not locked, and its name does not tell its platform.`);
    lock.packages[`node_modules/${name}`] = { version, ...sharedFlags(entry), optional: true, ...platform };
    added += 1;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages)
    .map(([path, { engines: _, ...entry }]) => [path, entry] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);
await writeFile(lockfile, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to package-lock.json`);

/** Resolves a package as Node does: in the parent's own folder, or in one further up. */
function isLocked(parent: string, name: string): boolean {
  if (Object.hasOwn(lock.packages, `${parent}/node_modules/${name}`)) return true;
  return Object.hasOwn(lock.packages, `node_modules/${name}`);
}

function sharedFlags({ dev, license }: LockedPackage): Partial<LockedPackage> {
  return { ...(dev === undefined ? {} : { dev }), ...(license === undefined ? {} : { license }) };
}

function platformOf(name: string): Platform | undefined {
  const words = name.split(/[-/]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = words.map((word) => processors[word]).find((processor) => processor !== undefined);
  if (os === undefined || (cpu === undefined && !words.includes('wasm32'))) return undefined;
  const musl = words.some((word) => word.startsWith('musl'));
  const glibc = words.some((word) => word.startsWith('gnu') && word !== 'gnullvm');
  return {
    os: [os],
    ...(cpu && { cpu: [cpu] }),
    ...(os === 'linux' && musl && { libc: ['musl'] }),
    ...(os === 'linux' && glibc && { libc: ['glibc'] }),
  };
}

interface Platform {
  readonly os: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

interface LockedPackage extends Partial<Platform> {
  readonly version?: string;
  readonly engines?: unknown;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  packages: Record<string, LockedPackage>;
}
