import { spawnSync } from 'node:child_process';
import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Checks that generated files are up to date: src/gen from proto, the WebAssembly of the analysis from its source,
 * docs/errors.md from the error catalogue, docs/metrics.md from the table of instruments, the chart's README from its
 * values, and the types of the clients from the OpenAPI document. Exits with 1, and names the command to run, when they differ.
 */
const root = join(import.meta.dirname, '..');

const stale = await staleGeneratedFiles();
for (const problem of stale) console.error(problem);
if (stale.length > 0) {
  console.error('src/gen does not match proto. Run: npm run generate');
  process.exitCode = 1;
}
if (await isStaleWasm()) {
  console.error('src/analysis/wasm/count.wasm does not match its source. Run: npm run generate');
  process.exitCode = 1;
}
for (const script of ['errors-doc', 'metrics-doc', 'chart-doc', 'client-types', 'cli-doc', 'man-page'])
  if (run(process.execPath, `scripts/${script}.ts`) !== 0) process.exitCode = 1;

async function staleGeneratedFiles(): Promise<string[]> {
  await using scratch = await mkdtempDisposable(join(tmpdir(), 'filemill-gen-'));
  if (run('buf', 'generate', '--output', scratch.path) !== 0) return ['buf generate failed'];
  const fresh = await readTree(join(scratch.path, 'src', 'gen'));
  const committed = await readTree(join(root, 'src', 'gen'));
  return [...new Set([...fresh.keys(), ...committed.keys()])]
    .filter((path) => fresh.get(path) !== committed.get(path))
    .map((path) => `src/gen/${path} ${difference(fresh.has(path), committed.has(path))}`);
}

/** The compiler makes the same bytes of the same source, whatever the machine. */
async function isStaleWasm(): Promise<boolean> {
  await using scratch = await mkdtempDisposable(join(tmpdir(), 'filemill-wasm-'));
  const fresh = join(scratch.path, 'count.wasm');
  const source = join('src', 'analysis', 'wasm');
  if (run('asc', '--config', join(source, 'asconfig.json'), '--outFile', fresh) !== 0) return true;
  return !(await readFile(fresh)).equals(await readFile(join(root, source, 'count.wasm')).catch(() => Buffer.alloc(0)));
}

async function readTree(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const),
    ),
  );
}

function difference(isMade: boolean, isCommitted: boolean): string {
  if (!isMade) return 'is no longer made';
  return isCommitted ? 'differs' : 'is missing';
}

function run(command: string, ...args: string[]): number | null {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.error(`${command}: ${error.message}`);
  return status;
}
