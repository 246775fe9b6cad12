/**
 * `npm run fuzz:documents -- [--files 100000] [--seed N] [--from N] [--jobs N]`: changes documents of the made set by chance
 * and analyses them as a worker does. Ends with 1 when one of them fails, or ends an isolate otherwise than by a limit.
 * `--files 1 --from N` repeats one.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { forbidden, fuzz, type Mutant } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
});
const began = performance.now();
const mutants = await fuzz({
  files: Number(values.files),
  seed: values.seed,
  from: Number(values.from),
  jobs: Number(values.jobs),
  onMutant: (mutant, done) => {
    if (forbidden.includes(mutant.outcome)) console.error(`${line(mutant)}: ${mutant.why}`);
    if (done % 5_000 === 0) console.error(`${done} after ${seconds()} s`);
  },
});

const types = new Map<string, Map<string, number>>();
for (const { type, outcome } of mutants) {
  const outcomes = types.get(type) ?? new Map<string, number>();
  types.set(type, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
}
for (const [type, outcomes] of [...types].sort(([, one], [, other]) => sum(other) - sum(one)))
  console.log(`${type}: ${[...outcomes].map(([outcome, times]) => `${outcome} ${times}`).join(', ')}`);
console.log('\nThe slowest:');
for (const slow of mutants.toSorted((one, other) => other.ms - one.ms).slice(0, 10)) console.log(line(slow));
const bad = mutants.filter(({ outcome }) => forbidden.includes(outcome));
console.log(
  `\n${mutants.length} files in ${seconds()} s, seed ${values.seed}; ${bad.length} with an outcome that must not be:`,
);
for (const each of bad.slice(0, 50)) console.log(`${line(each)}: ${each.why}`);
process.exitCode = bad.length === 0 ? 0 : 1;

function line({ number, name, type, outcome, ms }: Mutant): string {
  return `#${number} ${name} (${type}): ${outcome}, ${ms.toFixed(0)} ms`;
}

function sum(outcomes: ReadonlyMap<string, number>): number {
  return [...outcomes.values()].reduce((total, times) => total + times, 0);
}

function seconds(): string {
  return ((performance.now() - began) / 1_000).toFixed(0);
}
