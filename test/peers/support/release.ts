import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../scripts/support/deploy/manifests.ts';

/** The release before this one. `npm run test:cluster` upgrades from the first one. */
export const release = '7a14afe740b025b43ea665773216134d1f3d7540';

/** Not below a `node_modules`, where Node runs no TypeScript. */
export const releaseFolder = join(tmpdir(), `filemill-release-${release.slice(0, 7)}`);

/** Checks its files out of the history, and installs what they import. @throws Error with what is missing */
export function installRelease(): void {
  if (existsSync(releaseFolder)) return;
  if (spawnSync('git', ['cat-file', '-e', `${release}^{commit}`], { cwd: root }).status !== 0) fetchRelease();
  const fresh = mkdtempSync(`${releaseFolder}-`);
  try {
    const paths = ['src', 'db', 'package.json', 'package-lock.json'];
    const archive = execFileSync('git', ['archive', release, ...paths], { cwd: root, maxBuffer: 2 ** 28 });
    execFileSync('tar', ['-x', '-C', fresh], { input: archive });
    const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['ci', ...options], { cwd: fresh, stdio: 'inherit' });
    renameSync(fresh, releaseFolder);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    throw error;
  }
}

/** A shallow clone has no history: asks where it comes from. */
function fetchRelease(): void {
  const fetched = spawnSync('git', ['fetch', '--quiet', '--depth=1', 'origin', release], {
    cwd: root,
    encoding: 'utf8',
  });
  if (fetched.status === 0) return;
  throw new Error(
    `The upgrade is tested from commit ${release}, which this clone lacks, and \`git fetch origin\` does not bring it: ${fetched.stderr}`,
  );
}
