import { execFileSync, spawnSync } from 'node:child_process';

/**
 * Installs what is missing of these Debian packages when this user may: as root, or by a sudo that asks
 * for no password. Otherwise it ends the process with the command to run.
 */
export function ensureDebianPackages(names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  console.error(`Installing ${missing.join(', ')}`);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const install = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing];
  try {
    run([...sudo, 'apt-get', 'update', '-qq']);
    run([...sudo, ...install]);
  } catch (error) {
    console.error(
      `${(error as Error).message}\nMissing: ${missing.join(', ')}. Run: sudo apt-get install ${missing.join(' ')}`,
    );
    process.exit(1);
  }
}

function isInstalled(name: string): boolean {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is dpkg's own notation
  const format = '${db:Status-Status}';
  const query = spawnSync('dpkg-query', ['--show', '--showformat', format, name], { encoding: 'utf8' });
  return query.stdout === 'installed';
}

function run([program = '', ...args]: readonly string[]): void {
  execFileSync(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
