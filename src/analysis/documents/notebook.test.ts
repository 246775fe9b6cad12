import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readText } from '#test/support/read-document.ts';
import { reader } from './notebook.ts';

const notebook = (content: unknown) => Buffer.from(JSON.stringify(content));

describe('notebooks', () => {
  it('have the sources of their cells', async () => {
    const cells = [
      { cell_type: 'markdown', source: ['# one ', '*two*\n', '- [three](http://x.example/)'] },
      { cell_type: 'code', source: 'x = 1', outputs: [{ text: ['no'] }] },
      { cell_type: 'raw', source: [1, null] },
      null,
    ];
    assert.deepEqual((await readText(reader, notebook({ cells }))).text, { body: 'one two three x = 1' });
  });

  it('are read in older versions', async () => {
    const worksheets = [{ cells: [{ cell_type: 'code', input: ['y = 2'] }] }];
    assert.deepEqual((await readText(reader, notebook({ worksheets }))).text, { body: 'y = 2' });
  });

  it('may be empty or damaged', async () => {
    for (const content of [[], {}, { cells: {} }, null])
      assert.deepEqual((await readText(reader, notebook(content))).text, {});
    await assert.rejects(readText(reader, Buffer.from('{')), { code: 'damaged' });
  });
});
