import { test } from 'node:test';
import { runHistories } from './histories.ts';

// Long runs, with other seeds: `npm run model -- --histories 10000 --seed 7`.
test('model and PostgreSQL agree on 250 random histories of commands and faults', async () => {
  await runHistories({ histories: 250, seed: 1 });
});
