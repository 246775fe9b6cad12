import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The release from which systems are upgraded here: the one with the first schema that was ever in use. */
const commit = '2f3f833';
const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Where the release lies once `fetchRelease` has fetched it; the same place for all hosts, whose TMPDIR differ. */
export const releaseDir = `/var/tmp/filemill-${commit}`;

/** Unpacks the release from the history of this repository, and installs what it needs at run time; once a machine. */
export function fetchRelease(): void {
  if (existsSync(releaseDir)) return;
  const run = (program: string, args: readonly string[], cwd = repository) =>
    execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const fresh = `${releaseDir}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  try {
    run('git', ['archive', '--output', join(fresh, 'release.tar'), commit]);
  } catch (cause) {
    throw new Error(`Release ${commit} is not in this clone. Fetch its history: git fetch --unshallow`, { cause });
  }
  console.error(`Installing release ${commit}`);
  run('tar', ['-xf', 'release.tar'], fresh);
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], fresh);
  renameSync(fresh, releaseDir);
}

/** The names of its migrations. */
export async function releaseMigrations(): Promise<string[]> {
  const files = await readdir(join(releaseDir, 'db/migrations'));
  return files.map((file) => file.replace(/\.sql$/, '')).sort();
}
