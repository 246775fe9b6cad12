import { type BinarySample, bytesAt } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u32be, u32le } from './bytes.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

/** Files that operating systems and their tools keep for themselves, and captures of networks. */
export const systems: readonly Detector[] = [
  ...signature(
    'application/vnd.tcpdump.pcap',
    '\xd4\xc3\xb2\xa1',
    '\xa1\xb2\xc3\xd4',
    '\x4d\x3c\xb2\xa1',
    '\xa1\xb2\x3c\x4d',
    '\x34\xcd\xb2\xa1',
    '\xa1\xb2\xcd\x34',
  ),
  ...when('application/vnd.tcpdump.pcapng', '\x0a\x0d\x0d\x0a', ({ head }) =>
    ['\x4d\x3c\x2b\x1a', '\x1a\x2b\x3c\x4d'].includes(latin1(head, 8, 4)),
  ),
  ...signature('application/x-snoop', 'snoop\0\0\0'),
  ...signature('application/x-btsnoop', 'btsnoop\0'),
  ...signature('application/x-netmon', 'GMBU', 'RTSS'),
  ...signature('application/x-netxray', 'XCP\0'),
  ...signature('application/x-ms-shortcut', 'L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46'),
  ...signature('application/x-ms-evtx', 'ElfFile\0'),
  ...signature('application/x-ms-evt', ['LfLe\x01\0\0\0', 4]),
  ...signature('application/x-ms-registry', 'regf', 'CREG'),
  ...signature('application/x-ms-prefetch', ['SCCA', 4], 'MAM\x04'),
  ...signature('application/x-dmp', 'MDMP\x93\xa7', 'PAGEDUMP', 'PAGEDU64'),
  ...signature('application/x-ms-pdb', 'Microsoft C/C++ MSF 7.00', 'Microsoft C/C++ program database'),
  ...signature('application/x-ms-thumbcache', 'CMMM'),
  ...signature('application/x-ms-typelib', 'MSFT\x02\0\x01\0'),
  ...signature('application/x-ms-resource', '\0\0\0\0\x20\0\0\0\xff\xff\0\0\xff\xff\0\0'),
  ...signature('application/x-gettext-translation', '\xde\x12\x04\x95', '\x95\x04\x12\xde'),
  ...signature('application/tzif', 'TZif'),
  ...signature('application/x-libmagic', '\x1c\x04\x1e\xf1', '\xf1\x1e\x04\x1c'),
  ...when(
    'application/x-terminfo',
    ['\x1a\x01', '\x1e\x02'],
    ({ head }) => isBetween(u8(head, 2), 2, 128) && u8(head, 3) === 0,
  ),
  ...among('bplist0', propertyListType),
  ...signature('application/x-nib', 'NIBArchive'),
  ...signature('application/x-apple-ds-store', '\0\0\0\x01Bud1'),
  ...signature('application/x-apple-alias', 'book\0\0\0\0mark'),
  ...signature('application/x-apple-bom', 'BOMStore'),
  ...signature('application/x-apple-typedstream', '\x04\x0bstreamtyped'),
  ...signature('application/x-mscardfile', 'MGC\0', 'RRG\0', 'DKO\0'),
  ...signature('application/x-xcursor', 'Xcur'),
  ...signature('application/x-cups-raster', 'RaS2', 'RaS3', '2SaR', '3SaR'),
  ...signature('application/x-adobe-aco', 'ASEF\0\x01\0\0'),
  ...when(
    'application/x-photoshop-brush',
    '\0',
    ({ head, size }) => has(head, 0, '\0\x06\0\x01') && has(head, 4, '8BIM') && size > 12,
  ),
  ...when('application/x-python-pickle', ['\x80\x02', '\x80\x03', '\x80\x04\x95', '\x80\x05\x95'], isPickle),
  ...when('application/x-python-pickle', ['}q\0', ']q\0'], isOldPickle),
  ...signature('application/vnd.java.hprof', 'JAVA PROFILE 1.0.'),
  ...signature('application/vnd.symbian.install', ['\x19\x04\0\x10', 8], '\x7a\x1a\x20\x10'),
  ...signature('application/x-activemime', 'ActiveMime\0'),
  ...signature('application/x-axcrypt', '\xc0\xb9\x07\x2e\x4f\x93\xf1\x46'),
  ...when('application/x-doom', ['IWAD', 'PWAD'], ({ head, size }) => u32le(head, 8) < size),
  ...signature('application/x-spectrum-tzx', 'ZXTape!\x1a'),
  ...signature('application/x-vim-spell', 'VIMspell'),
  ...signature('application/x-gvariant', 'GVariant'),
  ...signature('application/x-gir-typelib', 'GOBJ\nMETADATA\r\n\x1a'),
  ...signature('application/x-uno-types', 'UNOIDL\xff\0'),
  ...signature('application/x-vim-swap', 'b0VIM '),
  ...signature('application/x-ole-typelib', 'SLTG'),
];

/** A property list, some of which are known by their keys. */
function propertyListType({ head }: BinarySample): Answer {
  if (head.includes('WebMainResource')) return 'application/x-webarchive';
  return has(head, 0, 'bplist00') || has(head, 0, 'bplist01') ? 'application/x-bplist' : undefined;
}

/** It ends with a stop, and the first opcode behind the version, or its frame, is one that begins a value. */
async function isPickle(sample: BinarySample): Promise<boolean> {
  const { head, size } = sample;
  const last = await bytesAt(sample, size - 1, 1);
  const first = u8(head, 1) >= 4 ? latin1(head, 11, 1) : latin1(head, 2, 1);
  const isFrame = u8(head, 1) < 4 || (u32le(head, 3) <= size && u32be(head, 7) === 0);
  return has(last, 0, '.') && isFrame && /[\]}()cCKXUGNMJ\x8a\x8c\x8f\x93\x95]/.test(first);
}

/** Before there was a version, a pickle began with an empty collection that is kept in the first place of its memory. */
async function isOldPickle(sample: BinarySample): Promise<boolean> {
  const [last, stop] = await bytesAt(sample, sample.size - 2, 2);
  return stop === 0x2e && [0x65, 0x75, 0x61, 0x73, 0x62].includes(last ?? 0);
}
