import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ensureDebianPackages } from '../../scripts/support/debian-packages.ts';
import { freePort } from '../../test/support/free-port.ts';
import { type Memory, memoryBelow } from '../processes.ts';
import { removeLater } from '../system.ts';
import { Talker } from '../talker.ts';
import type { BenchDocument, Kind } from './set.ts';

/** Another reader of documents. Its instances work at once, as many as there are cores. */
export interface Rival extends AsyncDisposable {
  readonly kinds: readonly Kind[];
  /** Reads all documents. @returns milliseconds */
  run(documents: readonly BenchDocument[]): Promise<number>;
  /** Of all of its processes; undefined when each lives for one document. */
  memory(): Memory | undefined;
}

const cores = availableParallelism();

/** A process a file, as a script in a shell would: `pdftotext`, `pandoc` or `catdoc`, and `wc -w`. */
export function shellLoop(): Rival {
  ensureDebianPackages(['poppler-utils', 'pandoc', 'catdoc']);
  const script = `case "$0" in *.pdf) pdftotext "$0" - ;; *.rtf) catdoc -d utf-8 "$0" ;; *) pandoc -t plain "$0" ;; esac | wc -w`;
  return {
    kinds: ['pdf', 'docx', 'odt', 'html', 'rtf'],
    run: (documents) =>
      timeOf(async () => {
        const loop = promisify(execFile)('xargs', ['-0', '-n', '1', '-P', String(cores), 'sh', '-c', script]);
        loop.child.stdin?.end(documents.map(({ path }) => path).join('\0'));
        await loop;
      }),
    memory: () => undefined,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** LibreOffice, started once for each core, that converts what it is told through its socket. */
export async function warmOffice(): Promise<Rival> {
  ensureDebianPackages(['libreoffice-writer', 'libreoffice-calc', 'python3-uno']);
  const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
  removeLater(folder);
  const script = join(import.meta.dirname, 'warm-office.py');
  const offices = await Promise.all(
    Array.from({ length: cores }, async (_, at) =>
      Talker.start('/usr/bin/python3', [script, String(await freePort()), join(folder, String(at))]),
    ),
  );
  return {
    kinds: ['docx', 'odt', 'html', 'rtf', 'xlsx'],
    run: (documents) =>
      timeOf(async () => {
        const waiting = [...documents];
        await Promise.all(
          offices.map(async (office) => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
              const said = await office.ask(next.path);
              if (said !== 'done') throw new Error(`LibreOffice cannot convert ${next.path}: ${said}`);
            }
          }),
        );
      }),
    memory: () => sumOf(offices.map((office) => office.memory())),
    async [Symbol.asyncDispose]() {
      await Promise.all(offices.map((office) => office[Symbol.asyncDispose]()));
    },
  };
}

const tikaVersion = '3.3.2';

/** Apache Tika's server as it starts by default: with a child process that it replaces when it dies. */
export async function tika(): Promise<Rival & { readonly url: string }> {
  ensureDebianPackages(['default-jre-headless']);
  const port = await freePort();
  const server = spawn('java', ['-jar', await tikaJar(), '-p', String(port)], { stdio: 'ignore' });
  const url = `http://localhost:${port}/tika`;
  for (let tries = 0; !(await answers(url)); tries++) {
    if (tries === 240 || server.exitCode !== null) throw new Error('The server of Tika does not start.');
    await delay(250);
  }
  return {
    url,
    kinds: ['pdf', 'docx', 'xlsx', 'pptx', 'odt', 'html', 'rtf', 'eml'],
    run: (documents) =>
      timeOf(async () => {
        const waiting = [...documents];
        const ask = async () => {
          for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
            await tikaText(url, next.path, next.filename);
        };
        await Promise.all(Array.from({ length: cores }, ask));
      }),
    memory: () => memoryBelow(server.pid as number),
    async [Symbol.asyncDispose]() {
      server.kill();
      await ended(server);
    },
  };
}

/** The text that Tika finds. */
export async function tikaText(url: string, path: string, filename: string): Promise<string> {
  const headers = { Accept: 'text/plain', 'Content-Disposition': `attachment; filename="${filename}"` };
  const answer = await fetch(url, { method: 'PUT', headers, body: await readFile(path) });
  if (!answer.ok) throw new Error(`Tika answers ${answer.status} to ${filename}`);
  return await answer.text();
}

/** The server, from Maven Central, kept for the next run. */
async function tikaJar(): Promise<string> {
  const path = join(tmpdir(), `tika-server-standard-${tikaVersion}.jar`);
  if (existsSync(path)) return path;
  const answer = await fetch(
    `https://repo1.maven.org/maven2/org/apache/tika/tika-server-standard/${tikaVersion}/tika-server-standard-${tikaVersion}.jar`,
  );
  if (!answer.ok) throw new Error(`Maven Central answers ${answer.status}`);
  await writeFile(`${path}.part`, Buffer.from(await answer.arrayBuffer()));
  await rename(`${path}.part`, path);
  return path;
}

function sumOf(memories: readonly Memory[]): Memory {
  return memories.reduce((one, other) => ({
    resident: one.resident + other.resident,
    together: one.together + other.together,
  }));
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
