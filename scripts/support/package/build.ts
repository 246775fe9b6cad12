import { execFile } from 'node:child_process';
import { cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { bundlePackages } from './bundle.ts';
import { packageManifest } from './manifest.ts';
import { javaScriptOf } from './strip.ts';

const run = promisify(execFile);

/** Folders and files that are copied as they are. */
const copied = ['bin', 'db', 'man', 'proto', 'testdata', 'README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md'];
const pages = 'docs/*.md';
const binaries = 'src/**/*.wasm';
const sources = 'src/**/*.ts';
/** Tests, and what count.wasm is made of. */
const unshipped = ['src/**/*.test.ts', 'src/analysis/wasm/*.ts'];

/** Lays the package out in `folder`, which is emptied first. @returns the folder */
export async function buildPackage(root: string, folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all([
    buildDashboard(root, folder),
    buildGuide(root, folder),
    strip(root, folder),
    copy(root, folder),
    describe(root, folder),
  ]);
  return folder;
}

async function buildDashboard(root: string, folder: string): Promise<void> {
  const outDir = join(folder, 'dashboard', 'dist');
  await build({ root: join(root, 'dashboard'), logLevel: 'warn', build: { outDir, emptyOutDir: true } });
}

async function buildGuide(root: string, folder: string): Promise<void> {
  await run(process.execPath, [join(root, 'docs-site', 'build.ts')], { cwd: root });
  await cp(join(root, 'docs-site', 'dist'), join(folder, 'docs-site', 'dist'), { recursive: true });
}

async function strip(root: string, folder: string): Promise<void> {
  for await (const path of glob(sources, { cwd: root, exclude: unshipped })) {
    const code = javaScriptOf(await readFile(join(root, path), 'utf8'), path);
    await write(join(folder, path.replace(/\.ts$/, '.js')), code);
  }
}

async function copy(root: string, folder: string): Promise<void> {
  for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
  for await (const path of glob([pages, binaries], { cwd: root }))
    await write(join(folder, path), await readFile(join(root, path)));
}

async function describe(root: string, folder: string): Promise<void> {
  const read = async (name: string) => JSON.parse(await readFile(join(root, name), 'utf8'));
  const manifest = packageManifest(await read('package.json'));
  await write(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await bundlePackages(root, folder, await read('package-lock.json'), manifest);
}

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
