/**
 * An upper bound for this machine: a process that only analyses files, as a worker does with one thread. It prints the
 * milliseconds that it took after the word `go` on its standard input.
 *
 *     node bench/baselines/analyse-alone.ts TIMES PATH
 */

import { once } from 'node:events';
import { statSync } from 'node:fs';
import { AnalysisPool } from '#analysis/run/pool.ts';
import { never } from '#platform/abort.ts';

const [times = '1', path = ''] = process.argv.slice(2);
const file = { path, filename: 'text.txt', size: statSync(path).size };
const options = { deadlineMs: 600_000, signal: never };
await using pool = new AnalysisPool({ threads: 1, heapMb: 256 });
await pool.analyze(file, options);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
const began = performance.now();
for (let n = 0; n < Number(times); n++) await pool.analyze(file, options);
process.stdout.write(`${performance.now() - began}\n`);
