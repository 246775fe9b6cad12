import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isDocument, readerOf } from './readers.ts';

it('finds readers by types, in any case', async () => {
  assert.equal(isDocument('application/vnd.ms-word.document.macroEnabled.12'), true);
  assert.equal(
    (await readerOf('application/vnd.ms-excel.sheet.macroEnabled.12'))?.types,
    (await readerOf('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'))?.types,
  );
  assert.equal(await readerOf('application/x-unheard-of+xml'), await readerOf('application/xml'));
  assert.equal(await readerOf('application/zip'), undefined);
});
