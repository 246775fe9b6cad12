/**
 * Evaluates stress_test.sh: compares the ids that the clients received with the states of the files.
 *
 *   node scripts/stress-report.ts N SAMPLE ACKNOWLEDGED STATES     (two files of JSON lines)
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FileWithResultJson } from '#contract/schemas.ts';

const [clients = '', sample = '', acknowledgedPath = '', statesPath = ''] = process.argv.slice(2);
const expected = createHash('sha256').update(readFileSync(sample)).digest('hex');
const ids = readLines(acknowledgedPath).map(({ id }) => id);
const states = new Map(readLines(statesPath).map((file) => [file.id, file]));
const problems: string[] = [];

if (ids.length !== Number(clients)) problems.push(`${ids.length} ids were given to ${clients} clients`);
if (new Set(ids).size !== ids.length) problems.push('an id was given to more than one client');

const times: number[] = [];
for (const id of ids) {
  const file = states.get(id);
  const problem = problemOf(file);
  if (problem !== undefined) problems.push(`${id}: ${problem}`);
  else if (file !== undefined) console.log(describe(file));
}

console.log(problems.length === 0 ? `${ids.length} files, ${ids.length} results. ${timing()}` : '');
for (const problem of problems) console.error(`✖ ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function readLines(path: string): FileWithResultJson[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as FileWithResultJson);
}

function problemOf(file: FileWithResultJson | undefined): string | undefined {
  if (file === undefined) return 'no such file, or its state could not be read';
  if (file.status !== 'COMPLETED')
    return `${file.status}${file.error ? ` (${file.error.code}: ${file.error.message})` : ''}`;
  if (file.result === null) return 'COMPLETED without a result';
  return file.result.sha256 === expected ? undefined : `its result has the SHA-256 ${file.result.sha256}`;
}

function describe({ id, created_at, completed_at, result }: FileWithResultJson): string {
  const took = Date.parse(completed_at ?? '') - Date.parse(created_at ?? '');
  times.push(took);
  return `${id}  ${result?.mime_type}  ${result?.word_count} words  ${result?.sha256.slice(0, 8)}…  ${took} ms`;
}

function timing(): string {
  const sorted = times.toSorted((one, other) => one - other);
  const mean = sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
  return `From registration to result: mean ${Math.round(mean)} ms, longest ${sorted.at(-1)} ms.`;
}
