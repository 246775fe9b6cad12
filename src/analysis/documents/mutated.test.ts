import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UnreadableFile } from '#domain/analysis.ts';
import { officePackage } from '#test/support/office-package.ts';
import { readText } from '#test/support/read-document.ts';
import { zipOf } from '#test/support/zip-writer.ts';
import { readerOf } from './readers.ts';

const open = 'http://schemas.openxmlformats.org';
const office = `${open}/officeDocument/2006`;

/** Small documents; their files are stored as they are, so that changes reach the markup. */
const documents: readonly [type: string, document: Buffer][] = [
  [
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    officePackage(
      {
        'word/document.xml': {
          content: `<w:document xmlns:w="${open}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>a b</w:t></w:r>
            <w:fldSimple/><w:r><w:fldChar w:fldCharType="begin"/><w:footnoteReference w:id="1"/><w:sym w:char="F04A"/></w:r></w:p></w:body></w:document>`,
          refers: [['footnotes', 'footnotes.xml']],
        },
        'word/footnotes.xml': {
          content: `<w:footnotes xmlns:w="${open}/wordprocessingml/2006/main"><w:footnote w:id="1"><w:p><w:r><w:t>c</w:t></w:r></w:p></w:footnote></w:footnotes>`,
        },
      },
      true,
    ),
  ],
  [
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    officePackage(
      {
        'xl/workbook.xml': {
          content: `<workbook xmlns="${open}/spreadsheetml/2006/main" xmlns:r="${office}/relationships"><sheet r:id="r0"/></workbook>`,
          refers: [
            ['worksheet', 'sheet1.xml'],
            ['styles', 'styles.xml'],
          ],
        },
        'xl/sheet1.xml': {
          content: `<worksheet xmlns="${open}/spreadsheetml/2006/main"><c s="1"><v>43000.5</v></c><c t="s"><v>0</v></c><c t="b"><v>1</v></c></worksheet>`,
        },
        'xl/styles.xml': {
          content: `<styleSheet xmlns="${open}/spreadsheetml/2006/main"><numFmt numFmtId="164" formatCode="[$-409]d mmm yyyy;@"/><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
        },
      },
      true,
    ),
  ],
  [
    'application/vnd.ms-excel.sheet.binary.macroenabled.12',
    officePackage(
      {
        'xl/workbook.bin': {
          content: Buffer.from('9c01180000000001000000020000007200300002000000610062009d0100', 'hex'),
          refers: [['worksheet', 'sheet1.bin']],
        },
        'xl/sheet1.bin': {
          content: Buffer.from('0001000610000000000000000002000000610062000210000000000000000061006200', 'hex'),
        },
      },
      true,
    ),
  ],
  [
    'application/vnd.oasis.opendocument.spreadsheet',
    Buffer.from(
      `<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
       xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><table:table-row table:number-rows-repeated="9"><table:table-cell
       office:value-type="float" office:value="1" table:number-columns-repeated="12"><text:p>a<text:s/>b<office:annotation><text:p>c</text:p></office:annotation></text:p>
       </table:table-cell></table:table-row></office:body></office:document>`,
    ),
  ],
  [
    'application/epub+zip',
    zipOf([
      { name: 'META-INF/container.xml', content: '<container><rootfile full-path="a.opf"/></container>', stored: true },
      {
        name: 'a.opf',
        content: `<package xmlns="http://www.idpf.org/2007/opf"><item id="a" href="a.html"/><itemref idref="a"/></package>`,
        stored: true,
      },
      { name: 'a.html', content: '<html><body><p>a b</p></body></html>', stored: true },
    ]),
  ],
  [
    'application/xml',
    Buffer.from(
      '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE a [<!ENTITY b "c">]><a d="e">f &b; &#65;<g/><![CDATA[h]]></a>',
    ),
  ],
];

describe('documents in which bytes were changed', () => {
  for (const [type, document] of documents)
    it(`are read or refused: ${type}`, async () => {
      const reader = await readerOf(type);
      assert.ok(reader);
      assert.ok((await readText(reader, document, type)).words > 0);
      const change = fc.tuple(fc.nat(document.length - 1), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
          const changed = Buffer.from(document);
          for (const [at, value] of changes) changed[at] = value;
          await readText(reader, changed, type).catch((error) => assert.ok(error instanceof UnreadableFile, error));
        }),
        { numRuns: 300 },
      );
    });
});
