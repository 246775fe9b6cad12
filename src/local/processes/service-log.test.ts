import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLine } from './service-log.ts';

test('a log record becomes its message and facts', () => {
  const line =
    '{"level":"warn","time":"t","service":"worker","pid":7,"file":"a b","err":{"message":"gone"},"n":2,"msg":"lease lost"}';
  assert.deepEqual(parseLine(line), { level: 'warn', text: 'lease lost  file=a b  err=gone  n=2' });
});

test('what is no log record is passed on as it is', () => {
  assert.deepEqual(parseLine('    at main.ts:3'), { level: 'raw', text: '    at main.ts:3' });
  assert.deepEqual(parseLine('17'), { level: 'raw', text: '17' });
});

test('what users send cannot steer the terminal', () => {
  assert.equal(parseLine('{"level":"info","msg":"\\u001b[2Jname\\r\\nforged"}').text, ' [2Jname forged');
});
