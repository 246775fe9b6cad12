import { type CompoundEntry, CompoundFile } from '../../containers/cfb.ts';
import { type BinarySample, tailOf } from './binary-sample.ts';
import { has } from './bytes.ts';
import { type Answer, among, type Detector } from './detector.ts';

/** A compound file of a kind that is not known. */
const compoundFile = 'application/x-cfb';
const encrypted = 'application/encrypted';
const openXml = 'application/vnd.openxmlformats-officedocument';
const word = 'application/msword';
const excel = 'application/vnd.ms-excel';
const powerPoint = 'application/vnd.ms-powerpoint';
const works = 'application/vnd.ms-works';
const msi = 'application/x-msi';
const hwp = 'application/x-hwp';
const quattro = 'application/x-quattro-pro';

/** Formats by a stream or storage that only they have at the root. The first that fits counts. */
const byName: readonly (readonly [mime: string, ...names: string[]])[] = [
  [encrypted, 'EncryptedPackage'],
  [word, 'WordDocument'],
  [powerPoint, 'PowerPoint Document', 'PP40', 'PP97_DUALSTORAGE'],
  ['application/vnd.visio', 'VisioDocument'],
  ['application/x-mspublisher', 'Quill', 'EscherStm'],
  ['application/vnd.ms-project', 'TBkndTask', '   1', '   19', '   114', '   112', 'Props9', 'Props12', 'Props14'],
  ['application/vnd.ms-outlook', '__properties_version1.0', '__nameid_version1.0', '__recip_version1.0_#00000000'],
  ['application/vnd.stardivision.writer', 'StarWriterDocument'],
  ['application/vnd.stardivision.calc', 'StarCalcDocument'],
  ['application/vnd.stardivision.math', 'StarMathDocument'],
  ['application/vnd.stardivision.chart', 'StarChartDocument'],
  [works, 'MatOST', 'WksSSWorkBook', 'MSWorksDB'],
  [excel, 'Workbook', 'Book', '_VBA_PROJECT_CUR'],
  ['image/vnd.dgn', 'Dgn~H', 'Dgn^H'],
  ['application/sldworks', 'SwDocContentMgr', 'SwDocMgrTempStorage', 'SWXMLCONTENTS'],
  ['application/vnd.autodesk.inventor', 'RSeDb', 'RSeStorage'],
  ['application/vnd.autodesk.revit', 'RevitPreview4.0', 'BasicFileInfo'],
  ['application/x-3dsmax', 'ClassDirectory3', 'ClassDirectory2', 'DllDirectory'],
  ['application/x-softimage', 'Softimage'],
  ['image/vnd.fpx', 'Data Object Store 000001', 'Image Contents'],
  ['application/vnd.ms-equation', 'Equation Native'],
  ['application/x-js-taro', 'JSRV_SummaryInformation'],
  ['application/x-ms-jumplist', 'DestList'],
  ['application/x-corelpresentations', 'SlideShow'],
  [quattro, 'NativeContent_MAIN', 'PerfectOffice_MAIN', 'PerfectOffice_OBJECTS'],
  ['application/x-msbinder', 'Binder'],
  ['application/x-oib', 'OibInfo.txt'],
];

const nameIndex = new Map(
  byName.flatMap(([mime, ...names], rank) => names.map((name) => [name.toUpperCase(), { mime, rank }] as const)),
);

/** Formats by the class of the root, where no name tells them. */
const byClass: Readonly<Record<string, string>> = {
  '000c1084-0000-0000-c000-000000000046': msi,
  '000c1082-0000-0000-c000-000000000046': msi,
  '000c1086-0000-0000-c000-000000000046': 'application/x-ms-patch',
  '00020900-0000-0000-c000-000000000046': word,
  '00020906-0000-0000-c000-000000000046': word,
  '00020810-0000-0000-c000-000000000046': excel,
  '00020820-0000-0000-c000-000000000046': excel,
  '64818d10-4f9b-11cf-86ea-00aa00b929e8': powerPoint,
  'ea7bae70-fb3b-11cd-a903-00aa00510ea3': powerPoint,
  '00021a13-0000-0000-c000-000000000046': 'application/vnd.visio',
  '00021a14-0000-0000-c000-000000000046': 'application/vnd.visio',
  '00021201-0000-0000-00c0-000000000046': 'application/x-mspublisher',
  '0002123d-0000-0000-c000-000000000046': 'application/x-mspublisher',
  '74b78f3a-c8c8-11d1-be11-00c04fb6faf1': 'application/vnd.ms-project',
  '00020d0b-0000-0000-c000-000000000046': 'application/vnd.ms-outlook',
  '28cddbc2-0ae2-11ce-a29a-00aa004a1a72': works,
  '28cddbc3-0ae2-11ce-a29a-00aa004a1a72': works,
  '56616000-c154-11ce-8553-00aa00a1f95b': 'image/vnd.fpx',
  '56616700-c154-11ce-8553-00aa00a1f95b': 'image/vnd.fpx',
};

/** Formats by the program that wrote the file, as its stream of that purpose says. */
const byProgramName: readonly (readonly [name: string, mime: string])[] = [
  ['Word.Document', word],
  ['Excel.Sheet', excel],
  ['Excel.Chart', excel],
  ['PowerPoint.', powerPoint],
  ['MSProject.', 'application/vnd.ms-project'],
  ['Visio.', 'application/vnd.visio'],
  ['Publisher.', 'application/x-mspublisher'],
  ['MSWorks', works],
  ['StarWriter', 'application/vnd.stardivision.writer'],
  ['StarCalc', 'application/vnd.stardivision.calc'],
  ['StarImpress', 'application/vnd.stardivision.impress'],
  ['StarDraw', 'application/vnd.stardivision.draw'],
  ['StarMath', 'application/vnd.stardivision.math'],
  ['QuattroPro', quattro],
];

/** What the extension says of a compound file whose content does not tell. */
const compoundFileExtensions: Readonly<Record<string, string>> = {
  doc: word,
  dot: word,
  xls: excel,
  xlt: excel,
  xla: excel,
  ppt: powerPoint,
  pot: powerPoint,
  pps: powerPoint,
  msg: 'application/vnd.ms-outlook',
  oft: 'application/vnd.ms-outlook',
  msi,
  mst: msi,
  msp: 'application/x-ms-patch',
  pub: 'application/x-mspublisher',
  vsd: 'application/vnd.visio',
  vss: 'application/vnd.visio',
  vst: 'application/vnd.visio',
  mpp: 'application/vnd.ms-project',
  mpt: 'application/vnd.ms-project',
  wps: works,
  xlr: works,
  wdb: works,
  hwp,
  sdw: 'application/vnd.stardivision.writer',
  sdc: 'application/vnd.stardivision.calc',
  sdd: 'application/vnd.stardivision.impress',
  sda: 'application/vnd.stardivision.draw',
  qpw: quattro,
  wb3: quattro,
  lyr: 'application/x-esri-layer',
  sldprt: 'application/sldworks',
  sldasm: 'application/sldworks',
  slddrw: 'application/sldworks',
};

/** What the extension says of an Office Open XML package with a password ([MS-OFFCRYPTO], 2.3): all of it is encrypted. */
const encryptedExtensions: Readonly<Record<string, string>> = {
  docx: `${openXml}.wordprocessingml.document`,
  dotx: `${openXml}.wordprocessingml.template`,
  docm: 'application/vnd.ms-word.document.macroenabled.12',
  dotm: 'application/vnd.ms-word.template.macroenabled.12',
  xlsx: `${openXml}.spreadsheetml.sheet`,
  xltx: `${openXml}.spreadsheetml.template`,
  xlsm: 'application/vnd.ms-excel.sheet.macroenabled.12',
  xltm: 'application/vnd.ms-excel.template.macroenabled.12',
  xlam: 'application/vnd.ms-excel.addin.macroenabled.12',
  xlsb: 'application/vnd.ms-excel.sheet.binary.macroenabled.12',
  pptx: `${openXml}.presentationml.presentation`,
  ppsx: `${openXml}.presentationml.slideshow`,
  potx: `${openXml}.presentationml.template`,
  pptm: 'application/vnd.ms-powerpoint.presentation.macroenabled.12',
  ppsm: 'application/vnd.ms-powerpoint.slideshow.macroenabled.12',
  potm: 'application/vnd.ms-powerpoint.template.macroenabled.12',
  ppam: 'application/vnd.ms-powerpoint.addin.macroenabled.12',
  vsdx: 'application/vnd.ms-visio.drawing',
  vsdm: 'application/vnd.ms-visio.drawing.macroenabled.12',
};

/** Types that leave it to the extension what exactly the file is. */
export const vagueTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [compoundFile]: compoundFileExtensions,
  [encrypted]: encryptedExtensions,
};

export const compoundFiles: readonly Detector[] = among('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', identify, {
  detectedBy: 'container',
});

async function identify(sample: BinarySample): Promise<string> {
  try {
    const file = await CompoundFile.open(sample.blob);
    return (
      (await byContent(file)) ??
      byEntries(file.root.children) ??
      byClass[file.root.clsid] ??
      (await byProgram(file)) ??
      compoundFile
    );
  } catch {
    return (await byRemains(sample)) ?? compoundFile;
  }
}

function byEntries(entries: readonly CompoundEntry[]): Answer {
  let best: { mime: string; rank: number } | undefined;
  for (const { name } of entries) {
    const found = nameIndex.get(name.toUpperCase());
    if (found !== undefined && (best === undefined || found.rank < best.rank)) best = found;
    if (isDatabaseName(name)) return msi;
  }
  return best?.mime;
}

/** The tables of Windows Installer have names whose letters are packed in pairs into characters from here on. */
function isDatabaseName(name: string): boolean {
  const first = name.charCodeAt(0);
  return first === 0x4840 || (first >= 0x3800 && first < 0x4840 && name.charCodeAt(1) >= 0x3800);
}

/** Formats that a stream within tells. */
async function byContent(file: CompoundFile): Promise<Answer> {
  const streams = new Map(file.root.children.map((child) => [child.name.toUpperCase(), child]));
  const start = async (name: string, length = 512) => {
    const stream = streams.get(name);
    return stream === undefined ? Buffer.alloc(0) : await file.read(stream, length);
  };
  if (has(await start('FILEHEADER'), 0, 'HWP Document File')) return hwp;
  if (streams.has('CATALOG') && [...streams.keys()].some((name) => /^(?:\d+|256_\w+)$/.test(name)))
    return 'image/vnd.ms-thumb';
  if (streams.has('STARDRAWDOCUMENT3') || streams.has('STARDRAWDOCUMENT')) {
    const isSlides = (await start('\x01COMPOBJ')).includes('Impress');
    return `application/vnd.stardivision.${isSlides ? 'impress' : 'draw'}`;
  }
  if (streams.has('VBA') && streams.has('PROJECT')) return 'application/vnd.ms-office.vbaproject';
  if (has(await start('CONTENTS'), 0, 'CHNKWKS') || has(await start('CONTENTS'), 0, 'CHNKINK')) return works;
  return undefined;
}

async function byProgram(file: CompoundFile): Promise<Answer> {
  const stream = file.root.children.find(({ name }) => name === '\x01CompObj');
  if (stream === undefined) return undefined;
  const written = (await file.read(stream, 512)).toString('latin1');
  return byProgramName.find(([name]) => written.includes(name))?.[1];
}

/** Names in the directory of a damaged file, which may be anywhere. */
async function byRemains(sample: BinarySample): Promise<Answer> {
  const tail = await tailOf(sample, sample.head.length);
  const names = ['WordDocument', 'Workbook', 'PowerPoint Document', 'VisioDocument', '__properties_version1.0'];
  const found = names.find((name) => {
    const written = Buffer.from(`${name}\0`, 'utf16le');
    return sample.head.includes(written) || tail.includes(written);
  });
  return found === undefined ? undefined : nameIndex.get(found.toUpperCase())?.mime;
}
