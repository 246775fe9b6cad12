/** `npm run model [-- --histories N] [--seed S]`: many random histories against a PostgreSQL of its own. */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '#local/postgres/embedded-postgres.ts';
import { runHistories } from './histories.ts';

const { values } = parseArgs({
  options: { histories: { type: 'string', default: '10000' }, seed: { type: 'string' } },
});
const [histories, seed] = [Number(values.histories), Number(values.seed ?? randomInt(2 ** 31))];
const dataDir = await mkdtemp(join(tmpdir(), 'filemill-model-'));
try {
  await using postgres = await startEmbeddedPostgres({ dataDir });
  process.env.FILEMILL_TEST_POSTGRES_URL = postgres.adminUrl;
  await runAndTell();
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function runAndTell(): Promise<void> {
  console.log(`${histories} histories with seed ${seed}`);
  let [ran, comparisons] = [0, 0];
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1_000);
  const onHistory = (made: number) => {
    [ran, comparisons] = [ran + 1, comparisons + made];
    if (ran % 1_000 === 0) console.log(`${ran} histories, ${comparisons} comparisons, ${seconds()} s`);
  };
  await runHistories({ histories, seed, onHistory });
  console.log(`All ${ran} histories agree: ${comparisons} comparisons of all rows in ${seconds()} s.`);
}
