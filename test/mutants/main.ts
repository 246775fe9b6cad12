/** `npm run mutants [-- --only NAME] [--markdown]`: breaks one promise at a time and looks whether its test notices. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '#local/embedded-postgres.ts';
import { ensureRedisServer } from '../support/ensure-redis.ts';
import type { Mutation } from './mutation.ts';
import { mutations } from './mutations.ts';
import { PrivateCopy } from './private-copy.ts';
import { type Outcome, runTest } from './run-test.ts';

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, markdown: { type: 'boolean' } } });
const chosen = mutations.filter(({ name }) => values.only?.includes(name) ?? true);
if (chosen.length === 0)
  throw new Error(`No such mutation. There are: ${mutations.map(({ name }) => name).join(', ')}`);

await ensureRedisServer();
const dataDir = await mkdtemp(join(tmpdir(), 'filemill-mutants-data-'));
try {
  await using postgres = await startEmbeddedPostgres({ dataDir });
  process.env.FILEMILL_TEST_POSTGRES_URL = postgres.adminUrl;
  await using copy = await PrivateCopy.make();
  if (!(await allNoticed(copy))) process.exitCode = 1;
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function allNoticed(copy: PrivateCopy): Promise<boolean> {
  if (!(await unbrokenPasses(copy))) return false;
  let unnoticed = 0;
  print('mutation', 'without it', 'test that goes red', 'outcome', 's');
  if (values.markdown) print('---', '---', '---', '---', '--:');
  for (const mutation of chosen) {
    const began = performance.now();
    const verdict = verdictOf(await runBroken(copy, mutation));
    if (verdict !== 'red' && verdict !== 'red (hung)') unnoticed += 1;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    print(`\`${mutation.name}\``, mutation.breaks, `${mutation.test.file}: ${mutation.test.name}`, verdict, seconds);
  }
  console.log(`\n${chosen.length} mutations, ${unnoticed} not noticed.`);
  return unnoticed === 0;
}

/** A test that fails anyway shows nothing. */
async function unbrokenPasses(copy: PrivateCopy): Promise<boolean> {
  const tests = new Map(chosen.map(({ test }) => [`${test.file}: ${test.name}`, test]));
  let passed = true;
  for (const [title, test] of tests) {
    const outcome = await runTest(copy.path, test);
    if (outcome !== 'passed') console.error(`Without any mutation, ${title}: ${outcome}`);
    passed &&= outcome === 'passed';
  }
  return passed;
}

async function runBroken(copy: PrivateCopy, mutation: Mutation): Promise<Outcome> {
  await using _ = await copy.apply(mutation);
  return await runTest(copy.path, mutation.test);
}

function verdictOf(outcome: Outcome): string {
  return { failed: 'red', hung: 'red (hung)', passed: 'SURVIVED', 'not run': 'NOT RUN' }[outcome];
}

function print(...cells: readonly string[]): void {
  if (values.markdown) console.log(`| ${cells.join(' | ')} |`);
  else {
    const [name = '', , test = '', outcome = '', seconds = ''] = cells;
    console.log(`${outcome.padEnd(10)} ${seconds.padStart(5)}  ${name.replaceAll('`', '').padEnd(32)} ${test}`);
  }
}
