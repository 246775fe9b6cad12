import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Command } from 'commander';
import { addGlobalOptions, count, duration, type GlobalOptions } from './options.ts';

it('reads durations as milliseconds', () => {
  assert.deepEqual(
    ['500ms', '90s', '5m', '2h', '7d', '3', '0.5s'].map(duration),
    [500, 90_000, 300_000, 7_200_000, 604_800_000, 3_000, 500],
  );
  for (const wrong of ['', 'soon', '-1s', '1 week']) assert.throws(() => duration(wrong), /Expected a time/);
});

it('reads whole numbers within bounds', () => {
  assert.equal(count(64)('64'), 64);
  for (const wrong of ['0', '65', '1.5', 'x', '']) assert.throws(() => count(64)(wrong), /from 1 to 64/);
});

it('takes global options after the verb as well as before it', async () => {
  const seen: GlobalOptions[] = [];
  for (const words of [
    ['--server', 'a:1', 'verb', '-q'],
    ['verb', '--server', 'a:1', '-q'],
  ]) {
    const program = addGlobalOptions(new Command(), {}).exitOverride();
    program.command('verb').action((_options, command: Command) => void seen.push(command.optsWithGlobals()));
    await program.parseAsync(words, { from: 'user' });
  }
  assert.deepEqual(seen[0], seen[1]);
  assert.equal(seen[0]?.server, 'a:1');
  assert.equal(seen[0]?.quiet, true);
  assert.equal(seen[0]?.retryFor, undefined);
});
