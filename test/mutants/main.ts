/** `npm run mutants [-- --only NAME] [--markdown]`: breaks one promise at a time and looks whether its test notices. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { ensureRedisServer } from '../support/ensure-redis.ts';
import type { Mutation } from './mutation.ts';
import { mutations } from './mutations.ts';
import { PrivateCopy } from './private-copy.ts';
import { type Outcome, runTest } from './run-test.ts';

const markdownHead = `\
| mutation | what the code no longer does | test that goes red | outcome | s |
|---|---|---|---|--:|`;

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, markdown: { type: 'boolean' } } });
const chosen = mutations.filter(({ name }) => values.only?.includes(name) ?? true);
if (chosen.length === 0)
  throw new Error(`No such mutation. There are: ${mutations.map(({ name }) => name).join(', ')}`);

ensureRedisServer();
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
  if (values.markdown) console.log(markdownHead);
  for (const mutation of chosen) {
    const began = performance.now();
    const verdict = verdictOf(await runBroken(copy, mutation));
    if (!verdict.startsWith('red')) unnoticed += 1;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(values.markdown ? markdownRow(mutation, verdict, seconds) : plainRow(mutation, verdict, seconds));
  }
  console.log(`\nNot noticed: ${unnoticed} of ${chosen.length}.`);
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

function markdownRow({ name, breaks, test }: Mutation, verdict: string, seconds: string): string {
  const link = `${test.name} ([${basename(test.file)}](../${test.file}))`;
  return `| \`${name}\` | ${breaks} | ${link} | ${verdict} | ${seconds} |`;
}

function plainRow({ name, test }: Mutation, verdict: string, seconds: string): string {
  return `${verdict.padEnd(10)} ${seconds.padStart(5)}  ${name.padEnd(32)} ${test.file}: ${test.name}`;
}
