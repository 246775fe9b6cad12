import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProgram } from './support/program.ts';

test('a program that ends before it listens is told of with what it printed', async () => {
  await assert.rejects(startProgram(['nginx', '-c', '/nonexistent/nginx.conf'], [9]), /nginx ended.*\n.*nonexistent/s);
});
