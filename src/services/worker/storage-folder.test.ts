import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { it } from 'node:test';
import { pino } from 'pino';
import { ConfigError } from '#platform/config.ts';
import { testFolder } from '#test/support/start-services.ts';
import { untilStorageReadable } from './storage-folder.ts';

const { signal } = new AbortController();

it('waits for the storage folder, saying so once', async () => {
  await using parent = await testFolder();
  const folder = `${parent.path}/storage`;
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    setTimeout(() => mkdirSync(folder), 300);
  };
  await untilStorageReadable(folder, { signal, logger: pino({}, { write }) });
  assert.equal(lines.length, 1);
});

it('gives up with the name of the setting', async () => {
  const waiting = untilStorageReadable('/nowhere/at/all', { signal, logger: pino({ level: 'silent' }), forMs: 0 });
  await assert.rejects(waiting, (error) => error instanceof ConfigError && /FILEMILL_STORAGE_DIR/.test(error.message));
});
