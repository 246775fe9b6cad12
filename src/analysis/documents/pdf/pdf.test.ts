import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { UnreadableFile } from '#domain/analysis.ts';
import type { DocumentSource } from '../reader.ts';
import { TextTally } from '../text-tally.ts';
import { reader } from './pdf.ts';

/** Text of one page by the operators that show it. */
const pages: Readonly<Record<string, readonly [operators: string, text: string]>> = {
  'lines are apart': ['(one two) Tj 0 -14 Td (three) Tj', 'one two\nthree'],
  'words are apart that stand alone': ['(one) Tj 40 0 Td (two) Tj', 'one two'],
  'letters that stand alone are a word': ['(w) Tj 9 0 Td (o) Tj 7 0 Td (r) Tj 4 0 Td (d) Tj', 'word'],
  'words hyphenated at the end of a line are whole': [
    '(a well-) Tj 0 -14 Td (known flood-) Tj 0 -14 Td (gate) Tj',
    'a wellknown floodgate',
  ],
  'with the other hyphen, too': ['(flood\x90) Tj 0 -14 Td (gate \x90) Tj 0 -14 Td (x) Tj', 'floodgate ‐\nx'],
  'powers stay with their base': ['(x) Tj 6 4 Td /F 7 Tf (2) Tj 4 -4 Td /F 12 Tf (y) Tj', 'x2y'],
  'what is off the page is not seen': ['(seen) Tj 0 500 Td (unseen) Tj', 'seen'],
  'invisible text, as of a scan, counts': ['3 Tr (scanned) Tj', 'scanned'],
};

describe('text of a PDF', () => {
  for (const [name, [operators, text]] of Object.entries(pages))
    it(name, async () => {
      const found = await read(pdf([operators]));
      assert.equal(found.text.trim(), text);
    });

  it('has a fact for each page and what the document says of itself', async () => {
    const info =
      "/Title (A  title) /Author <FEFF00C9> /Subject (S) /CreationDate (D:20240229123456+02'00') /ModDate (D:20240301)";
    const { facts, text } = await read(pdf(['(one) Tj', '(two) Tj'], info));
    assert.deepEqual(text.split(/\s+/).filter(Boolean), ['one', 'two']);
    assert.deepEqual(facts, {
      pages: 2,
      title: 'A  title',
      author: 'É',
      subject: 'S',
      created: '2024-02-29T12:34:56+02:00',
      modified: '2024-03-01',
    });
  });

  it('has values of fields and texts of notes as parts of their own', async () => {
    const annotations = [
      '/Subtype /Widget /FT /Tx /T (a) /V (typed value)',
      '/Subtype /Widget /FT /Tx /T (b) /V (secret) /Ff 8192',
      '/Subtype /Widget /FT /Ch /T (c) /V (Beta) /Ff 131072 /Opt [(Alpha) (Beta)]',
      '/Subtype /Widget /FT /Ch /T (d) /V (Un) /Opt [(Un) (Deux)]',
      '/Subtype /Widget /FT /Btn /T (e) /V /Yes',
      '/Subtype /Widget /FT /Tx /T (f) /V (hidden) /F 2',
      '/Subtype /FreeText /Contents (in a box)',
      '/Subtype /Text /Contents (my note)',
      '/Subtype /Link /Contents (no text)',
    ];
    const { parts } = await read(pdf(['(label) Tj'], '', annotations, true));
    assert.deepEqual(parts, { body: 1, form_fields: 5, text_boxes: 3, comments: 2 });
  });

  it('has values of fields that no form lists', async () => {
    const { parts } = await read(
      pdf(['(label) Tj'], '', ['/Subtype /Widget /FT /Tx /V (a b)', '/Subtype /Widget /FT /Btn /V /Yes']),
    );
    assert.deepEqual(parts, { body: 1, form_fields: 2 });
  });

  it('has none without pages of text', async () => {
    const { text, facts } = await read(pdf(['0 0 10 10 re f']));
    assert.deepEqual([text.trim(), facts.pages], ['', 1]);
  });
});

test('a PDF that needs a password is encrypted', async () => {
  const standard = `/Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <${'61'.repeat(32)}> /U <${'62'.repeat(32)}>`;
  for (const encryption of [standard, '/Filter /Other /V 9']) {
    const { facts, text } = await read(
      pdf(['(secret) Tj'], '', [], false, `/Encrypt << ${encryption} >> /ID [<61> <61>]`),
    );
    assert.deepEqual([facts, text], [{ encrypted: true }, '']);
  }
});

test('what is no PDF is damaged', async () => {
  await assert.rejects(read(Buffer.from('%PDF-1.4\nnothing')), { name: 'UnreadableFile', code: 'damaged' });
});

test('a PDF that wants too much memory is refused, and the next one is read', async () => {
  await assert.rejects(read(Buffer.alloc(500 * 2 ** 20)), { code: 'too_large' });
  assert.equal((await read(pdf(['(fine) Tj']))).text.trim(), 'fine');
});

test('damaged PDFs give text or are damaged, and harm no other', async () => {
  const whole = pdf(['(one two) Tj', '(three) Tj'], '/Title (t)', ['/Subtype /Text /Contents (c)'], true);
  const change = fc.tuple(
    fc.nat(whole.length - 1),
    fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('<>[]()/0 R9'))),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), fc.nat(whole.length), async (changes, cut) => {
      const mutant = Buffer.from(whole);
      for (const [at, byte] of changes) mutant[at] = byte;
      await read(mutant.subarray(0, cut % 3 === 0 ? cut : undefined)).catch((error) =>
        assert.ok(error instanceof UnreadableFile, error),
      );
    }),
    { numRuns: 100 },
  );
  assert.deepEqual((await read(whole)).parts, { body: 3, comments: 1 });
});

async function read(bytes: Buffer) {
  const tally = new TextTally();
  await reader.read({ bytes: async () => bytes } as Partial<DocumentSource> as DocumentSource, tally);
  return { text: [...tally.counted()].join(''), parts: tally.wordsByPart, facts: tally.found };
}

/** A PDF with a page for each of `contents`; all `annotations` are on the first. */
function pdf(
  contents: readonly string[],
  info = '',
  annotations: readonly string[] = [],
  hasForm = false,
  trailer = '',
): Buffer {
  const encoding = '<< /BaseEncoding /WinAnsiEncoding /Differences [144 /hyphentwo] >>';
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${hasForm ? `/AcroForm << /Fields [${references(annotations, 5)}] >>` : ''} >>`,
    `<< /Type /Pages /Count ${contents.length} /Kids [${references(contents, 5 + annotations.length)}] >>`,
    `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding ${encoding} >>`,
    `<< ${info} >>`,
    ...annotations.map((each) => `<< /Type /Annot /Rect [10 10 90 30] ${each} >>`),
    ...contents.map(
      (_, index) =>
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << /Font << /F 3 0 R >> >> /Contents ${5 + annotations.length + contents.length + index} 0 R ${index === 0 ? `/Annots [${references(annotations, 5)}]` : ''} >>`,
    ),
    ...contents.map((each) => {
      const content = `BT /F 12 Tf 20 250 Td ${each} ET`;
      return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
    }),
  ];
  let text = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const size = objects.length + 1;
  const end = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}trailer << /Size ${size} /Root 1 0 R /Info 4 0 R ${trailer} >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(text + end, 'latin1');
}

function references(to: readonly unknown[], first: number): string {
  return to.map((_, index) => `${first + index} 0 R`).join(' ');
}
