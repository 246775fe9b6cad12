import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CommanderError } from 'commander';
import { FilemillError, type Reason } from '#domain/errors.ts';
import { ConfigError } from '#platform/config.ts';
import { CliError, describeFailure, exitCodeOf, reportFailure } from './failure.ts';

it('gives each kind of failure its exit code', () => {
  const codes: [Reason, number][] = [
    ['NAME_INVALID', 3],
    ['CHECKSUM_MISMATCH', 3],
    ['IDEMPOTENCY_KEY_REUSED', 3],
    ['NOT_FAILED', 3],
    ['NOT_A_FILE', 3],
    ['REQUEST_INVALID', 2],
    ['FILE_NOT_FOUND', 4],
    ['UNAVAILABLE', 5],
    ['STORE_REFUSES', 5],
    ['OVERLOADED', 5],
    ['DISK_FULL', 5],
    ['STREAM_IDLE', 5],
    ['INTERNAL', 1],
  ];
  for (const [reason, code] of codes) assert.equal(exitCodeOf(new FilemillError(reason)), code, reason);
  assert.equal(exitCodeOf(new CliError(130, 'Interrupted.')), 130);
  assert.equal(exitCodeOf(new ConfigError('X is not set')), 2);
  assert.equal(exitCodeOf(new TypeError('a bug')), 1);
});

it('tells a refusal of access by the status of the transport', () => {
  for (const code of [7, 16]) {
    const cause = Object.assign(new Error('no'), { code });
    assert.equal(exitCodeOf(new FilemillError('INTERNAL', 'no', { cause })), 6);
  }
});

it('quotes the request id of an unexpected failure, and of no other', () => {
  const requestId = 'order-7';
  assert.match(describeFailure(new FilemillError('INTERNAL', undefined, { requestId })), /\n {2}Request id: order-7$/);
  assert.doesNotMatch(describeFailure(new FilemillError('INTERNAL')), /Request id/);
  assert.doesNotMatch(describeFailure(new FilemillError('FILE_NOT_FOUND', undefined, { requestId })), /order-7/);
});

it('leaves usage errors to commander, which has spoken already', () => {
  const said: string[] = [];
  assert.equal(
    reportFailure(new CommanderError(1, 'commander.unknownCommand', 'unknown'), (text) => void said.push(text)),
    2,
  );
  assert.equal(
    reportFailure(new CommanderError(0, 'commander.version', '0.1.0'), (text) => void said.push(text)),
    0,
  );
  assert.deepEqual(said, []);
});

it('says what happened, why, and what to do, without control characters', () => {
  const text = describeFailure(new FilemillError('FILE_TOO_LARGE', 'It has \u001b[31m 12 bytes.'));
  assert.equal(
    text,
    'The file is larger than this server accepts. (It has \\u001b[31m 12 bytes)\n' +
      '  → Ask the operator to raise FILEMILL_MAX_FILE_SIZE, or split the file.',
  );
});

it('tells of a store by its own sentence, and sends nobody to start a server that has answered', () => {
  const facts = { part: 'postgresql', code: '25006' };
  const text = describeFailure(new FilemillError('UNAVAILABLE', 'PostgreSQL takes no writes.', { facts }));
  assert.equal(
    text,
    'PostgreSQL takes no writes.\n  → Try again later; `filemill doctor` shows which services are affected.',
  );
});
