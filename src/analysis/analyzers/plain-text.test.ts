import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CoreFields } from '#domain/analysis.ts';
import { memoryBlob } from '#test/support/memory-blobs.ts';
import { plainTextAnalyzer } from './plain-text.ts';

const chinese = Buffer.from('这是一个用来测试语言识别的短文本。');

describe('plain text', () => {
  it('has its words and its language', async () => {
    assert.deepEqual(await found(chinese, {}), { findings: { words_unicode: 11, language: 'zh' } });
  });

  it('is decoded by its charset', async () => {
    const { findings } = await found(Buffer.from('c5e4b8c0c8c9cee9c6fcb8ecb8ed', 'hex'), { charset: 'euc-jp' });
    assert.ok('words_unicode' in findings && (findings.words_unicode as number) > 1);
  });

  it('is kept if a worker keeps texts, and other texts with it', async () => {
    assert.deepEqual(await found(Buffer.from('[1]'), { mime_type: 'application/json', charset: 'us-ascii' }, true), {
      findings: {},
      text: ['[1]'],
    });
  });

  for (const [what, core, keepText, isAccepted] of [
    ['UTF-8 without spaces', {}, false, true],
    ['UTF-8 with spaces', { word_count: 15 }, false, false],
    ['UTF-8 with spaces that is kept', { word_count: 15 }, true, true],
    ['ASCII', { charset: 'us-ascii' }, false, false],
    ['ASCII that is kept', { charset: 'us-ascii' }, true, true],
    ['JSON', { mime_type: 'application/json' }, false, false],
    ['more than 64 MiB', { size: 2 ** 27 }, false, false],
    ['a document', { mime_type: 'text/html' }, true, false],
    ['no text', { word_count_of: null }, true, false],
  ] as const)
    it(`is ${isAccepted ? '' : 'not '}read when it is ${what}`, () => {
      assert.equal(plainTextAnalyzer({ keepText }).accepts(coreOf(core)), isAccepted);
    });
});

async function found(bytes: Buffer, core: Partial<CoreFields>, keepText = false) {
  const context = { filename: 'a.txt', core: coreOf(core), findings: {} };
  return await plainTextAnalyzer({ keepText }).analyze(memoryBlob(bytes), context);
}

function coreOf(core: Partial<CoreFields>): CoreFields {
  return {
    mime_type: 'text/plain',
    charset: 'utf-8',
    word_count_of: 'text',
    size: 90,
    word_count: 2,
    character_count: 90,
    ...core,
  } as CoreFields;
}
