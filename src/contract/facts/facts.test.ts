import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../schemas.ts';
import { coreFacts, factGroups, notes } from './facts.ts';

type Output = Json<'Output'>;

const old: Output = {
  ...{ schema: 1, mime_type: 'text/plain', word_count: 1_234, line_count: 1, character_count: 9 },
  ...{ charset: 'us-ascii', sha256: 'ab', size: 9, analyzers: {} },
};
const pdf: Output = {
  ...{ ...old, schema: 3, mime_type: 'application/pdf', description: 'PDF document', detected_by: 'signature' },
  ...{ confidence: 'certain', candidates: [], extension_mismatch: false, word_count_of: 'document', charset: null },
};
const damaged = { error: { code: 'damaged', message: 'The end is missing.' } };
const format = { bytes: (value: number) => `${value} B`, seconds: (value: number) => `${value} s` };

describe('what was found, in words', () => {
  it('begins with what it is and how many words it has, as far as the version of the result tells', () => {
    const shown = (output: Output) => coreFacts(output).map(({ name, values }) => `${name}: ${values.join(' | ')}`);
    const ofText = ['type: text/plain', 'words: 1,234', 'lines: 1', 'characters: 9', 'charset: us-ascii'];
    assert.deepEqual(shown(old), ofText);
    const ofPdf = ['type: PDF document (application/pdf)', 'detected by: signature, certain'];
    assert.deepEqual(shown(pdf), [...ofPdf, 'words: 1,234 in the document']);
    const candidates = [{ mime_type: 'a/b', confidence: 'possible' } as const];
    const unclear: Output = { ...pdf, detected_by: 'none', word_count: null, word_count_of: null, candidates };
    assert.deepEqual(shown(unclear), [ofPdf[0], 'or perhaps: a/b', 'words: –']);
  });

  const findings: Record<string, readonly [found: Record<string, unknown>, ...facts: string[]]> = {
    text: [
      {
        pages: 1_200,
        language: 'de',
        title: 'T',
        created: '2026-03-01T10:20:00Z',
        words_by_part: { body: 5, notes: 2 },
      },
      ...['title: T', 'language: German (de)', 'pages: 1,200', 'created: 2026-03-01 10:20:00Z'],
      'words by part: body 5, notes 2',
    ],
    archive: [
      { entries: 1, directories: 2, total_size: 50, ratio: 2.5, largest: [{ name: 'a', size: 9 }], format: 'tar' },
      ...['format: tar', 'contents: 1 file, 2 folders', 'unpacked: 50 B', 'ratio: 2.5 : 1', 'largest files: 9 B: a'],
    ],
    image: [
      { camera_model: 'B', height: 30, width: 4_000, camera_make: 'A', taken: '2026-03-01T10:20:00' },
      ...['pixels: 4,000 × 30', 'camera: A B', 'taken: 2026-03-01 10:20:00'],
    ],
    media: [
      {
        streams: [
          { type: 'video', codec: 'h264', width: 10, height: 20, fps: 25 },
          { type: 'audio', channels: 1, sample_rate: 44_100 },
        ],
        ...{ duration: 2.5, bitrate: 128_400, later: 'x' },
      },
      ...['duration: 2.5 s', 'bit rate: 128 kbit/s'],
      'streams: video h264, 10 × 20, 25 frames a second | audio, 1 channel, 44,100 Hz',
      'later: x',
    ],
    hashes: [{ crc32c: '0f', md5: 'aa' }, 'MD5: aa', 'CRC-32C: 0f'],
    later_kind: [{ some_flag: true }, 'some flag: yes'],
  };
  for (const [kind, [found, ...facts]] of Object.entries(findings))
    it(`tells the findings of ${kind} in an order for people`, () => {
      const [group, ...others] = factGroups({ ...pdf, findings: { [kind]: found } }, format);
      assert.deepEqual(
        group?.facts.map(({ name, values }) => `${name}: ${values.join(' | ')}`),
        facts,
      );
      assert.deepEqual(others, []);
    });

  it('titles what it does not know by its name, and has no group for what has no facts', () => {
    const groups = factGroups(
      { ...pdf, findings: { later_kind: { a: 1 }, text: { encrypted: true, ...damaged } } },
      format,
    );
    assert.deepEqual(
      groups.map(({ title }) => title),
      ['Later kind'],
    );
  });

  it('tells no counts of a document that could not be opened, and no single part', () => {
    const shown = (text: Record<string, unknown>) =>
      factGroups({ ...pdf, findings: { text } }, format).flatMap(({ facts }) => facts.map(({ name }) => name));
    const counts = { words_unicode: 0, words_by_part: {}, lines: 0, characters: 0 };
    assert.deepEqual(shown({ ...counts, encrypted: true, pages: 2 }), ['pages']);
    assert.deepEqual(shown({ ...counts, words_by_part: { body: 2 } }), ['Unicode words', 'lines', 'characters']);
  });

  const noted: readonly (readonly [output: Output, note: string])[] = [
    [{ ...pdf, extension_mismatch: true }, '.txt is the extension of another type; the content is: PDF document.'],
    [
      { ...pdf, findings: { text: { encrypted: true } }, word_count: null },
      'The document needs a password to be read.',
    ],
    [{ ...pdf, findings: { text: { encrypted: true } } }, 'The content is encrypted.'],
    [{ ...pdf, findings: { archive: { encrypted: true } } }, 'Entries of the archive are encrypted.'],
    [{ ...pdf, findings: { text: damaged } }, 'The text was not read (damaged): The end is missing.'],
    [{ ...pdf, findings: { later: damaged } }, 'later (damaged): The end is missing.'],
  ];
  for (const [output, note] of noted) it(`notes: ${note}`, () => assert.deepEqual(notes(output, 'a.b.txt'), [note]));

  it('notes nothing of what is in order', () => {
    for (const output of [old, pdf, { ...pdf, findings: { archive: { encrypted: false } } }])
      assert.deepEqual(notes(output, 'a.pdf'), []);
  });
});
