/** Puts very many small files through every command and looks at the peak of memory of each process: see README.md. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { Up } from '../support/up.ts';

const limitMiB = 200;
const fileBytes = 96;
const program = fileURLToPath(new URL('../../bin/filemill.js', import.meta.url));
const { values } = parseArgs({ options: { files: { type: 'string', default: '1000000' } } });
const count = Number(values.files);

const folder = await mkdtemp(join(tmpdir(), 'filemill-many-'));
const [input, lines] = [join(folder, 'input'), join(folder, 'lines')];
const problems: string[] = [];
try {
  makeFiles();
  await using up = new Up(join(folder, 'data'));
  const { grpc, http } = await up.ready();
  const services = await up.services();
  await check('upload FOLDER --wait', () => filemill(['upload', input, '--wait', '--json'], { output: lines }));
  const ids = await readIds(lines);
  if (new Set(ids).size !== count) problems.push(`${new Set(ids).size} ids for ${count} files`);
  await check('list', () => filemill(['list', '--limit', String(count), '--json'], {}));
  await check('list (table)', () => filemill(['list', '--limit', String(count)], {}));
  for (const verb of ['get', 'wait', 'watch'])
    await check(`${verb} -`, () => filemill([verb, '-', '--json'], { input: lines }));
  await check('retry -', () => filemill(['retry', '-', '--json'], { input: lines, expects: 3 }));
  await check('retry --status COMPLETED --yes', () =>
    filemill(['retry', '--status', 'COMPLETED', '--yes', '--json'], { expects: 3 }),
  );
  for (const format of ['ndjson', 'csv'])
    await check(`export as ${format}, over HTTP`, () => exported(`http://${http}/api/v1/export?format=${format}`));
  await check('export over gRPC', exportedOverGrpc);
  const half = join(folder, 'half');
  writeFileSync(half, ids.slice(0, count / 2).join('\n'));
  await check('delete -', () => filemill(['delete', '-', '--json'], { input: half }));
  await check('delete --status COMPLETED --yes', () =>
    filemill(['delete', '--status', 'COMPLETED', '--yes', '--json'], {}),
  );

  /** One line of figures: what it took, and the peak of each process while it ran. */
  async function check(what: string, run: () => Promise<number | undefined>): Promise<void> {
    for (const pid of Object.values(services)) writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const startedAt = performance.now();
    const cli = await run();
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    const peaks = Object.entries(services).map(([name, pid]) => [name, peakOf(pid)] as const);
    const all = [...(cli === undefined ? [] : [['CLI', cli] as const]), ...peaks];
    for (const [name, peak] of all) if ((peak ?? 0) > limitMiB) problems.push(`${what}: ${name} took ${peak} MiB`);
    console.log(
      `${what.padEnd(34)} ${seconds.padStart(5)} s  ${all.map(([name, peak]) => `${name} ${peak}`).join('  ')}`,
    );
  }

  /** Answers with the peak of the command line. */
  async function filemill(args: readonly string[], files: { input?: string; output?: string; expects?: number }) {
    const [from, to] = [openSync(files.input ?? '/dev/null', 'r'), openSync(files.output ?? '/dev/null', 'w')];
    const child = spawn(program, args, {
      stdio: [from, to, 'inherit'],
      env: { ...process.env, FILEMILL_SERVER: grpc },
    });
    const peak = await peakUntilEnd(child);
    for (const descriptor of [from, to]) closeSync(descriptor);
    if (child.exitCode !== (files.expects ?? 0)) problems.push(`${args.join(' ')} ended with ${child.exitCode}`);
    return peak;
  }

  async function exported(url: string): Promise<undefined> {
    const { body } = await fetch(url);
    let newlines = 0;
    for await (const chunk of body ?? []) for (const byte of chunk) if (byte === 0x0a) newlines += 1;
    if (newlines < count) problems.push(`${url} gave ${newlines} lines`);
  }

  async function exportedOverGrpc(): Promise<undefined> {
    using channel = new RpcChannel(grpc);
    let results = 0;
    for await (const page of channel.client(ResultService).exportResults({})) results += page.results.length;
    if (results !== count) problems.push(`ExportResults gave ${results} results`);
  }
} finally {
  await rm(folder, { recursive: true });
}
for (const problem of problems) console.error(`✖ ${problem}`);
console.log(problems.length === 0 ? `✔ no process took more than ${limitMiB} MiB for ${count} files` : '');
process.exitCode = problems.length === 0 ? 0 : 1;

function makeFiles(): void {
  mkdirSync(input);
  const startedAt = performance.now();
  for (let n = 0; n < count; n++) writeFileSync(join(input, `file-${n}.txt`), `${n} `.padEnd(fileBytes, 'word '));
  console.log(
    `${count} files of ${fileBytes} bytes in one folder, made in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s; peaks in MiB:`,
  );
}

async function readIds(path: string): Promise<string[]> {
  await using file = await open(path);
  return await Array.fromAsync(file.readLines(), (line) => (JSON.parse(line) as { id: string }).id);
}

/** The kernel forgets a process with its end, so it is asked on the way. */
async function peakUntilEnd(child: ChildProcess): Promise<number | undefined> {
  let peak: number | undefined;
  const probe = setInterval(() => {
    peak = peakOf(child.pid as number) ?? peak;
  }, 50);
  await once(child, 'close');
  clearInterval(probe);
  return peak;
}

/** VmHWM, in MiB; undefined when the process is gone. */
function peakOf(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
  } catch {
    return undefined;
  }
}
