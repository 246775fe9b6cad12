import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutation, mutate } from './mutation.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The working tree as it is now, in a folder of its own: a mutation never touches the checkout. */
export class PrivateCopy implements AsyncDisposable {
  readonly path: string;

  static async make(): Promise<PrivateCopy> {
    const path = await mkdtemp(join(tmpdir(), 'filemill-mutants-'));
    for (const name of sourceFiles()) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await copyFile(join(root, name), join(path, name));
    }
    await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
    return new PrivateCopy(path);
  }

  private constructor(path: string) {
    this.path = path;
  }

  /** Applies the mutation until the end of the scope. */
  async apply(mutation: Mutation): Promise<AsyncDisposable> {
    const path = join(this.path, mutation.file);
    const source = await readFile(path, 'utf8');
    await writeFile(path, mutate(source, mutation));
    return { [Symbol.asyncDispose]: () => writeFile(path, source) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

const needed = ['src', 'test', 'scripts', 'db', 'package.json'];

/** Tracked and new files, without those that were deleted. */
function sourceFiles(): string[] {
  const list = (...options: string[]) =>
    execFileSync('git', ['ls-files', '-z', ...options, '--', ...needed], { cwd: root, encoding: 'utf8' }).split('\0');
  const deleted = new Set(list('--deleted'));
  return list('--cached', '--others', '--exclude-standard').filter((name) => name !== '' && !deleted.has(name));
}
