/**
 * What this machine can do at all: a process that analyses files as a worker does, with one thread, and does nothing
 * else. Prints the milliseconds that it took from the word `go` on its standard input.
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
