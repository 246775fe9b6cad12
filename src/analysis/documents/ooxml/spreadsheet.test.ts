import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type OfficePart, officePackage } from '#test/support/office-package.ts';
import { readText } from '#test/support/read-document.ts';
import { reader } from './spreadsheet.ts';

const namespaces =
  'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

/** A workbook whose cells have the styles 0 to 3. */
function workbook(
  sheet: string,
  others: Readonly<Record<string, OfficePart>> = {},
  refers: OfficePart['refers'] = [],
): Buffer {
  const names = ['worksheets/sheet1.xml', 'styles.xml', 'sharedStrings.xml', 'worksheets/sheet2.xml'];
  const styles = `<numFmts><numFmt numFmtId="164" formatCode="d mmm yyyy"/><numFmt numFmtId="165" formatCode="0.0 &quot;m/s&quot;"/></numFmts>
    <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="10"/></cellXfs>`;
  const strings = `<si><t>one two</t></si><si><r><t>th</t></r><r><rPr><b/></rPr><t>ree</t></r><rPh><t>reading</t></rPh></si><si><t>a_x000A_b</t></si>`;
  return officePackage({
    'xl/workbook.xml': {
      content: `<workbook ${namespaces}><sheets><sheet name="No text" r:id="r3"/><sheet name="S" r:id="r0"/></sheets></workbook>`,
      refers: names.map((name) => [name.replace(/^.*\/|\d?\.xml$/g, ''), name] as const),
    },
    'xl/worksheets/sheet1.xml': { content: `<worksheet ${namespaces}>${sheet}</worksheet>`, refers },
    'xl/worksheets/sheet2.xml': { content: `<worksheet ${namespaces}><sheetData/></worksheet>` },
    'xl/styles.xml': { content: `<styleSheet ${namespaces}>${styles}</styleSheet>` },
    'xl/sharedStrings.xml': { content: `<sst ${namespaces}>${strings}</sst>` },
    ...others,
  });
}

const cells: readonly [what: string, cell: string, shown: string][] = [
  ['a number', '<c><v>42</v></c>', '42'],
  ['a long number', '<c><v>0.30000000000000004</v></c>', '0.3'],
  ['a date', '<c s="1"><v>43000</v></c>', '22 Sep 2017'],
  ['a number with a unit', '<c s="2"><v>5</v></c>', '5.0 m/s'],
  ['a percentage', '<c s="3"><v>0.5</v></c>', '50.00%'],
  ['an unknown style', '<c s="99"><v>5</v></c>', '5'],
  ['a shared string', '<c t="s"><v>0</v></c>', 'one two'],
  ['a string in runs, without its reading', '<c t="s"><v>1</v></c>', 'three'],
  ['a line break', '<c t="s"><v>2</v></c>', 'a b'],
  ['a string that is missing', '<c t="s"><v>9</v></c>', ''],
  [
    'a string of its own',
    '<c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r><rPh><t>x</t></rPh></is></c>',
    'inline',
  ],
  ['the result of a formula', '<c t="str"><f>A1&amp;"x"</f><v>re sult</v></c>', 're sult'],
  ['a number as a result', '<c><f>1+1</f><v>2</v></c>', '2'],
  ['a truth', '<c t="b"><v>1</v></c><c t="b"><v>0</v></c>', 'TRUE FALSE'],
  ['an error', '<c t="e"><v>#DIV/0!</v></c>', '#DIV/0!'],
  ['nothing', '<c s="1"/>', ''],
];

describe('workbooks', () => {
  for (const [what, cell, shown] of cells)
    it(`show ${what}`, async () => {
      const { text, facts } = await readText(reader, workbook(`<sheetData><row>${cell}</row></sheetData>`));
      assert.equal(text.body, shown);
      assert.deepEqual(facts, { sheets: 2 });
    });

  it('have a word for each cell at least', async () => {
    const row = '<row><c><v>1</v></c><c><v>2</v></c></row>';
    assert.equal((await readText(reader, workbook(`<sheetData>${row}${row}</sheetData>`))).words, 4);
  });

  it('have comments, text boxes, titles of charts and page headers', async () => {
    const drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
    const paragraph = (text: string) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
    const { text, words } = await readText(
      reader,
      workbook(
        '<sheetData/><headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Title&amp;RPage &amp;P</oddHeader></headerFooter>',
        {
          'xl/comments1.xml': {
            content: `<comments ${namespaces}><commentList><comment><text><t>re</t><r><t>mark</t></r></text></comment></commentList></comments>`,
          },
          'xl/drawings/drawing1.xml': {
            content: `<d ${drawing}>${paragraph('a box')}</d>`,
            refers: [['chart', '../charts/chart1.xml']],
          },
          'xl/charts/chart1.xml': { content: `<c ${drawing}>${paragraph('a chart')}</c>` },
        },
        [
          ['comments', '../comments1.xml'],
          ['drawing', '../drawings/drawing1.xml'],
        ],
      ),
    );
    assert.deepEqual(text, { page_headers: 'Title Page', comments: 'remark', text_boxes: 'a box a chart' });
    assert.equal(words, 4);
  });
});

/** A record of XLSB. */
function binary(type: number, ...fields: readonly Buffer[]): Buffer {
  const content = Buffer.concat(fields);
  const numbers = [
    (type & 0x7f) | (type > 0x7f ? 0x80 : 0),
    ...(type > 0x7f ? [type >> 7] : []),
    (content.length & 0x7f) | 0x80,
    content.length >> 7,
  ];
  return Buffer.concat([Buffer.from(numbers), content]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length);
  return Buffer.concat([length, Buffer.from(value, 'utf16le')]);
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const double = (value: number) => {
  const field = Buffer.alloc(8);
  field.writeDoubleLE(value);
  return field;
};
/** The column and the style of a cell. */
const place = (style = 0) => bytes(`00000000${style.toString(16).padStart(2, '0')}000000`);

describe('binary workbooks', () => {
  const styles = [
    binary(44, bytes('a400'), text('d mmm yyyy')),
    binary(617, bytes('02000000')),
    binary(47, bytes('ffff0000')),
    binary(47, bytes('0000a400')),
    binary(618),
  ];
  const sheet = [
    binary(0, bytes('00')),
    binary(1, place()),
    binary(2, place(), bytes('1e000000')), // 7
    binary(2, place(), bytes('1f000000')), // 0.07
    binary(5, place(1), double(43_000)),
    binary(6, place(), text('a b')),
    binary(7, place(), bytes('01000000')),
    binary(4, place(), bytes('01')),
    binary(3, place(), bytes('07')),
    binary(8, place(), text('result'), bytes('0000')),
    binary(9, place(), double(1.5), bytes('0000')),
  ];
  const parts = (rows: readonly Buffer[]) => ({
    'xl/workbook.bin': {
      content: binary(156, bytes('0000000001000000'), text('r0'), text('No text')),
      refers: [
        ['worksheet', 'sheet1.bin'],
        ['styles', 'styles.bin'],
        ['sharedStrings', 'strings.bin'],
      ] as const,
    },
    'xl/sheet1.bin': { content: Buffer.concat(rows), refers: [['comments', 'comments1.bin']] as const },
    'xl/styles.bin': { content: Buffer.concat(styles) },
    'xl/strings.bin': {
      content: Buffer.concat([binary(19, bytes('00'), text('zero')), binary(19, bytes('00'), text('one two'))]),
    },
    'xl/comments1.bin': { content: binary(637, bytes('00'), text('remark')) },
  });

  it('say what others say', async () => {
    const found = await readText(reader, officePackage(parts(sheet)));
    const body = '7 0.07 22 Sep 2017 a b one two TRUE #DIV/0! result 1.5';
    assert.deepEqual(found.text, { body, comments: 'remark' });
    assert.deepEqual(found.facts, { sheets: 1 });
  });

  it('are damaged when a record is too short', async () => {
    await assert.rejects(readText(reader, officePackage(parts([binary(5, place())]))), { code: 'damaged' });
  });
});
