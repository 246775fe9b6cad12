import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The commit with the first schema that was ever in use, before the pipeline was made faster. */
export const firstRelease = '2f3f8338f12934753f91ae0c99034e0e292eb042';

/** The release before this one. */
export const previousRelease = '7a14afe740b025b43ea665773216134d1f3d7540';

/** `program`: what services need at run time; `all`: what its tests and benchmarks need, too. */
type Extent = 'program' | 'all';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const programAlone = ['--omit=dev', '--ignore-scripts'];

/**
 * Where a commit lies once it was installed. Not below a `node_modules`, where Node runs no TypeScript, and the same place for
 * all hosts of a test, whose TMPDIR differ.
 */
export function releaseFolder(commit: string, extent: Extent = 'program'): string {
  return `/var/tmp/filemill-${commit.slice(0, 7)}${extent === 'all' ? '-all' : ''}`;
}

/** Unpacks a commit from the history, and installs what it imports; once a machine. @throws Error with what is missing */
export function installRelease(commit: string, extent: Extent = 'program'): string {
  const folder = releaseFolder(commit, extent);
  if (existsSync(folder)) return folder;
  if (spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: repository }).status !== 0) fetchCommit(commit);
  console.error(`Installing commit ${commit.slice(0, 7)}`);
  const fresh = mkdtempSync(`${folder}-`);
  try {
    const archive = execFileSync('git', ['archive', commit], { cwd: repository, maxBuffer: 2 ** 28 });
    execFileSync('tar', ['-x', '-C', fresh], { input: archive });
    const options = ['--no-audit', '--no-fund', '--loglevel=error', ...(extent === 'all' ? [] : programAlone)];
    execFileSync('npm', ['ci', ...options], { cwd: fresh, stdio: ['ignore', 'ignore', 'inherit'] });
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    throw error;
  }
  return folder;
}

/** A shallow clone has no history: asks where it comes from. */
function fetchCommit(commit: string): void {
  const fetching = ['fetch', '--quiet', '--depth=1', 'origin', commit];
  const { status, stderr } = spawnSync('git', fetching, { cwd: repository, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`This clone lacks commit ${commit}, and \`git fetch origin\` does not bring it: ${stderr}`);
}
