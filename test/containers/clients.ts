import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filemill } from '../support/cli.ts';
import { must } from './command.ts';

export interface UploadedFile {
  readonly id: string;
  readonly filename: string;
  readonly status: string;
  readonly attempt: number;
}

/** Uploads what `paths` name through the published port, as people do, and waits for the results. */
export async function uploadAndWait(server: string, paths: readonly string[]): Promise<readonly UploadedFile[]> {
  const ended = await filemill(['upload', ...paths, '--wait', '--json', '--timeout', '180s'], { server });
  assert.equal(ended.code, 0, ended.stderr);
  return ended.lines<UploadedFile>();
}

/** `./stress_test.sh N`; answers with its last line. */
export async function stressTest(server: string, clients: number): Promise<string> {
  const said = await must(['./stress_test.sh', String(clients)], { env: { FILEMILL_SERVER: server } });
  return said.trim().split('\n').at(-1) ?? '';
}

/** A folder of small text files, each with other words. */
export async function manyFiles(count: number): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'filemill-load-'));
  for (let index = 0; index < count; index++) {
    const folder = join(path, String(index % 20));
    if (index < 20) await mkdir(folder);
    await writeFile(join(folder, `${index}.txt`), `file ${index}\n`.repeat(1 + (index % 400)));
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Asks until the answer is the status that is wanted. */
export async function untilStatus(url: string, wanted: number, withinMs = 120_000): Promise<string> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    const body = await answer?.text().catch(() => '');
    if (answer?.status === wanted) return body ?? '';
    if (performance.now() > giveUpAt) throw new Error(`${url} answers ${answer?.status ?? 'nothing'}: ${body}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
