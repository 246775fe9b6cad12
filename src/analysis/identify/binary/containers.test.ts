import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { binarySampleOf } from '#test/support/binary-sample.ts';
import { type CompoundFolder, compoundFile } from '#test/support/compound-file.ts';
import { zipOf } from '#test/support/zip-writer.ts';
import { identifyBinary } from './identify-binary.ts';

const bytes = Buffer.from('content');
const installer = '84100c0000000000c000000000000046';
const openXml = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

const compoundFiles: readonly (readonly [type: string, content: CompoundFolder, clsid?: string])[] = [
  ['application/msword', { WordDocument: bytes, '1Table': bytes }],
  ['application/msword', { worddocument: bytes }],
  ['application/vnd.ms-excel', { Workbook: bytes }],
  ['application/vnd.ms-excel', { Book: bytes }],
  ['application/vnd.ms-powerpoint', { 'PowerPoint Document': bytes, 'Current User': bytes }],
  ['application/vnd.visio', { VisioDocument: bytes }],
  ['application/x-mspublisher', { Quill: { QuillSub: { CONTENTS: bytes } }, Contents: bytes }],
  ['application/vnd.ms-project', { '   114': { TBkndTask: bytes }, Props14: bytes }],
  ['application/vnd.ms-outlook', { '__properties_version1.0': bytes, '__substg1.0_0037001F': bytes }],
  ['application/vnd.ms-works', { MatOST: bytes }],
  ['application/vnd.ms-works', { CONTENTS: Buffer.from('CHNKWKS \0\0\0') }],
  ['application/x-hwp', { FileHeader: Buffer.from('HWP Document File\0'), DocInfo: bytes, BodyText: {} }],
  ['application/x-msi', { '\u4840\u3b3f': bytes }],
  ['application/x-msi', { other: bytes }, installer],
  ['image/vnd.ms-thumb', { Catalog: bytes, 1: bytes, 2: bytes }],
  ['application/encrypted', { EncryptionInfo: bytes, EncryptedPackage: bytes }],
  ['application/vnd.stardivision.writer', { StarWriterDocument: bytes }],
  ['application/vnd.stardivision.calc', { StarCalcDocument: bytes }],
  ['application/vnd.stardivision.draw', { StarDrawDocument3: bytes, '\x01CompObj': Buffer.from('StarDraw 5.0') }],
  ['application/vnd.stardivision.impress', { StarDrawDocument3: bytes, '\x01CompObj': Buffer.from('StarImpress 5') }],
  ['application/x-quattro-pro', { PerfectOffice_MAIN: bytes }],
  ['image/vnd.dgn', { 'Dgn~H': bytes }],
  ['application/sldworks', { SwDocContentMgr: {} }],
  ['application/vnd.ms-office.vbaproject', { VBA: { dir: bytes }, PROJECT: bytes }],
  ['application/vnd.ms-project', { '\x01CompObj': Buffer.from('Microsoft Project\0MSProject.Project.4_1\0') }],
  ['application/x-cfb', { something: bytes }],
];

describe('the type of a compound file', () => {
  for (const [type, content, clsid = ''] of compoundFiles)
    it(`is ${type} for ${Object.keys(content).join(', ')}`, async () => {
      // A name of another format must not matter, and the sectors may have either size.
      for (const sectorSize of [512, 4_096] as const) {
        const file = compoundFile(content, { clsid, sectorSize });
        assert.equal((await identifyBinary(binarySampleOf(file, 'png'))).mime, type);
      }
    });

  it('is what its content says, whatever office its name is of', async () => {
    const found = await identifyBinary(binarySampleOf(compoundFile({ Workbook: bytes }), 'doc'));
    assert.deepEqual(found, { mime: 'application/vnd.ms-excel', detectedBy: 'container', confidence: 'certain' });
  });

  it('is what its name says if nothing else does', async () => {
    const found = await identifyBinary(binarySampleOf(compoundFile({ something: bytes }), 'pub'));
    assert.deepEqual(found, { mime: 'application/x-mspublisher', detectedBy: 'extension', confidence: 'possible' });
  });

  it('is what the name says of a package with a password', async () => {
    const file = compoundFile({ EncryptionInfo: bytes, EncryptedPackage: bytes });
    const found = await identifyBinary(binarySampleOf(file, 'xlsx'));
    assert.deepEqual(found, {
      mime: `${openXml}.spreadsheetml.sheet`,
      detectedBy: 'extension',
      confidence: 'possible',
    });
    assert.equal((await identifyBinary(binarySampleOf(file, 'doc'))).mime, 'application/encrypted');
  });

  it('is told by the names that are left of a damaged file', async () => {
    const file = compoundFile({ Workbook: bytes });
    // The sectors have an unknown size.
    file.writeUInt16LE(3, 30);
    assert.equal((await identifyBinary(binarySampleOf(file))).mime, 'application/vnd.ms-excel');
  });
});

function contentTypes(type: string): [string, string] {
  return ['[Content_Types].xml', `<Types><Override PartName="/main" ContentType="${type}"/></Types>`];
}

const zipArchives: readonly (readonly [type: string, ...members: (readonly [name: string, content: string])[]])[] = [
  [`${openXml}.wordprocessingml.document`, contentTypes(`${openXml}.wordprocessingml.document.main+xml`)],
  [`${openXml}.wordprocessingml.template`, contentTypes(`${openXml}.wordprocessingml.template.main+xml`)],
  [
    'application/vnd.ms-word.document.macroenabled.12',
    contentTypes('application/vnd.ms-word.document.macroEnabled.main+xml'),
  ],
  [`${openXml}.spreadsheetml.sheet`, contentTypes(`${openXml}.spreadsheetml.sheet.main+xml`)],
  [
    'application/vnd.ms-excel.sheet.binary.macroenabled.12',
    contentTypes('application/vnd.ms-excel.sheet.binary.macroEnabled.main'),
  ],
  [`${openXml}.presentationml.slideshow`, contentTypes(`${openXml}.presentationml.slideshow.main+xml`)],
  ['application/vnd.ms-visio.drawing', contentTypes('application/vnd.ms-visio.drawing.main+xml')],
  ['application/vnd.ms-visio.stencil', contentTypes('application/vnd.ms-visio.stencil.main+xml')],
  [`${openXml}.wordprocessingml.document`, ['word\\document.xml', '<w:document/>']],
  [`${openXml}.spreadsheetml.sheet`, ['XL/Workbook.xml', '<workbook/>']],
  ['application/vnd.ms-xpsdocument', ['FixedDocumentSequence.fdseq', '<FixedDocumentSequence/>']],
  ['application/oxps', ['FixedDocSeq.fdseq', ''], ['_rels/.rels', 'http://schemas.openxps.org/oxps/v1.0']],
  ['model/vnd.dwfx+xps', ['a.fdseq/[0].piece', ''], ['_rels/.rels', 'http://schemas.autodesk.com/dwfx/2007']],
  ['model/3mf', ['3D/3dmodel.model', '<model/>']],
  [`${openDocument}.text`, ['mimetype', `${openDocument}.text`], ['content.xml', '']],
  [`${openDocument}.text`, ['mimetype', 'application/x-vnd.oasis.opendocument.text\n']],
  [
    `${openDocument}.spreadsheet`,
    ['content.xml', ''],
    ['META-INF/manifest.xml', `<m:file-entry m:media-type="${openDocument}.spreadsheet" m:full-path="/"/>`],
  ],
  ['application/vnd.sun.xml.writer', ['mimetype', 'application/vnd.sun.xml.writer']],
  ['application/epub+zip', ['mimetype', 'application/epub+zip'], ['META-INF/container.xml', '']],
  [
    'application/epub+zip',
    ['META-INF/container.xml', '<rootfile media-type="application/oebps-package+xml"/>'],
    ['a.opf', ''],
  ],
  ['application/java-archive', ['META-INF/MANIFEST.MF', 'Manifest-Version: 1.0\n']],
  [
    'application/vnd.android.package-archive',
    ['AndroidManifest.xml', ''],
    ['classes.dex', ''],
    ['META-INF/MANIFEST.MF', ''],
  ],
  ['application/x-xpinstall', ['install.rdf', ''], ['META-INF/MANIFEST.MF', '']],
  ['application/x-itunes-ipa', ['Payload/Filemill.app/Info.plist', '']],
  ['application/vnd.google-earth.kmz', ['doc.kml', '<kml/>']],
  ['application/x-wheel+zip', ['filemill-1.dist-info/WHEEL', 'Wheel-Version: 1.0\n']],
  ['application/vnd.apple.keynote', ['index.apxl', '<key:presentation/>']],
  ['application/vnd.apple.pages', ['index.xml', '<?xml version="1.0"?>\n<sl:document xmlns:ls="x">']],
  ['application/vnd.apple.numbers', ['index.xml', '<?xml version="1.0"?><ls:document>']],
  [
    'application/vnd.apple.pages',
    ['Index/Document.iwa', '\0\x40\0\0\x50\xf0\x40\x10\x08\x01\x12\x0c\x08\x90\x4e'],
    ['Index/Tables/a.iwa', ''],
  ],
  [
    'application/vnd.apple.numbers',
    ['Index/Document.iwa', '\0\x40\0\0\x50\xf0\x40\x10\x08\x01\x12\x0c\x08\x01'],
    ['Index/Tables/a.iwa', ''],
  ],
  ['application/vnd.apple.keynote', ['Index/Document.iwa', ''], ['Index/Slide-1.iwa', '']],
  ['model/vnd.usdz+zip', ['scene.usdc', 'PXR-USDC']],
  ['application/zip', ['readme.txt', 'words']],
  ['application/vnd.etsi.asic-e+zip', ['mimetype', 'application/vnd.etsi.asic-e+zip'], ['META-INF/manifest.xml', '']],
  ['application/zip', ['mimetype', 'no type at all']],
  ['application/zip', ['mimetype', 'application/vnd.oasis.opendocument.tex']],
  [
    'application/epub+zip',
    ['mimetype', 'application/epbb+zip'],
    ['META-INF/container.xml', '<rootfile media-type="application/oebps-package+xml"/>'],
  ],
  [
    `${openDocument}.text`,
    ['mimetype', 'applicatjon/vnd.oasis.opendocument.text'],
    ['META-INF/manifest.xml', `<m:file-entry m:media-type="${openDocument}.text" m:full-path="/"/>`],
  ],
];

describe('the type of a ZIP archive', () => {
  for (const [type, ...members] of zipArchives)
    it(`is ${type} for ${members.map(([name]) => name).join(', ')}`, async () => {
      const file = zipOf(members.map(([name, content]) => ({ name, content: Buffer.from(content, 'latin1') })));
      const found = await identifyBinary(binarySampleOf(file, 'png'));
      assert.deepEqual(found, { mime: type, detectedBy: 'container', confidence: 'certain' });
    });

  it('is told by the first entry if the rest is damaged', async () => {
    const file = zipOf([{ name: 'mimetype', content: Buffer.from('application/epub+zip') }]);
    assert.equal((await identifyBinary(binarySampleOf(file.subarray(0, 70)))).mime, 'application/epub+zip');
  });
});
