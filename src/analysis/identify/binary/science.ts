import { entryOf } from '../entry-of.ts';
import { type BinarySample, bytesAt } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u16be, u16le, u32be, u32le } from './bytes.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

const hdf = 'application/x-hdf';
const netCdf = 'application/x-netcdf';
const matlab = 'application/x-matlab-data';
const hdf5Mark = '\x89HDF\r\n\x1a\n';

/** Data of science, statistics and maps. */
export const science: readonly Detector[] = [
  ...among(hdf5Mark, hdf5Type, { detectedBy: 'signature' }),
  // A user block of a length that is a power of two may come before.
  ...among(
    [512, 1_024, 2_048, 4_096, 8_192].map((offset) => [hdf5Mark, offset] as const),
    hdf5Type,
  ),
  ...signature(hdf, '\x0e\x03\x13\x01'),
  ...signature(netCdf, 'CDF\x01', 'CDF\x02', 'CDF\x05'),
  ...signature('application/x-cdf', '\xcd\xf3\0\x01', '\xcd\xf2\x60\x02\0\0\xff\xff'),
  ...when('application/x-grib', 'GRIB', ({ head }) => isBetween(u8(head, 7), 0, 3)),
  ...among('', headedType),
  ...signature('application/x-bufr', 'BUFR'),
  ...among(
    '\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\0\x09\xc7\x31\x8c\x18\x1f\x10\x11',
    sasType,
  ),
  ...signature(
    'application/x-sas-xport',
    'HEADER RECORD*******LIBRARY HEADER RECORD',
    'HEADER RECORD*******LIBV8   HEADER RECORD',
  ),
  ...signature('application/x-spss-sav', '$FL2', '$FL3'),
  ...signature('application/x-spss-por', ['SPSS PORT FILE', 40], ['SPSS PORT FILE', 46]),
  ...signature('application/x-stata-dta', '<stata_dta>'),
  ...when('application/x-stata-dta', stataVersions(), isStata),
  ...signature(matlab, 'MATLAB 5.0 MAT-file', 'MATLAB 7.3 MAT-file'),
  ...when(
    matlab,
    [
      '\0\0\0\0',
      '\x01\0\0\0',
      '\x02\0\0\0',
      '\x0a\0\0\0',
      '\x14\0\0\0',
      '\x32\0\0\0',
      '\0\0\x03\xe8',
      '\0\0\x03\xf2',
      '\0\0\x04\x1a',
    ],
    isMatlab4,
  ),
  ...signature('application/x-r-data', 'RDX2\n', 'RDX3\n', 'RDA2\n', 'RDA3\n', 'X\n\0\0\0\x02\0', 'X\n\0\0\0\x03\0'),
  ...signature('application/vnd.apache.parquet', 'PAR1', 'PARE'),
  ...signature('application/x-orc', 'ORC'),
  ...signature('application/avro', 'Obj\x01'),
  ...signature('application/vnd.apache.arrow.file', 'ARROW1\0\0'),
  ...when(
    'application/vnd.apache.arrow.stream',
    '\xff\xff\xff\xff',
    ({ head, size }) => isBetween(u32le(head, 4), 16, size) && [12, 16].includes(u32le(head, 8)),
  ),
  ...signature('application/x-feather', 'FEA1'),
  ...signature('application/cbor', '\xd9\xd9\xf7'),
  ...signature('application/sereal', '=srl', '=\xf3rl'),
  ...when('application/marc', '0', ({ head }) =>
    /^\d{5}[acdnp][^bhlnqsuvw]{0,2}.{3,4}22\d{5}/.test(latin1(head, 0, 24)),
  ),
  ...signature('application/vnd.isac.fcs', 'FCS1.0', 'FCS2.0', 'FCS3.0', 'FCS3.1'),
  ...signature('application/x-jeol-jdf', 'JEOL.NMR', 'RMN.LOEJ'),
  ...signature('chemical/x-cdx', 'VjCD0100'),
  ...signature('application/x-zim', 'ZIM\x04'),
  ...signature('application/x-idl-save', 'SR\0\x04', 'SR\0\x06'),
  ...signature('application/x-trackvis', 'TRACK\0'),
  ...signature('application/x-npy', '\x93NUMPY'),
  ...among('\0\0\x27\x0a', shapeType),
  ...when('application/vnd.fdsn.mseed', '0', ({ head }) => /^\d{6}[DRQM][ \0][A-Z0-9 ]{5}/.test(latin1(head, 0, 13))),
  ...signature('application/x-root', 'root\0'),
  ...signature('application/x-bam', 'BAM\x01', 'CRAM\x02', 'CRAM\x03'),
  ...when('application/x-edf', ['0       ', '\xffBIOSEMI'], ({ head }) =>
    /^\d\d\.\d\d\.\d\d\d\d\.\d\d\.\d\d/.test(latin1(head, 168, 16)),
  ),
  ...signature(
    'application/x-jmp-data',
    '\xff\xff\0\0\x07\0\0\0\x04\0\0\0\x01\0\x01\0',
    '\0\0\xff\xff\0\0\0\x07\0\0\0\x04\0\x01\0\x01',
  ),
  ...signature('application/x-segy', '\xc3\x40\xf1\x40', '\xc3\xf0\xf1\x40', '\xc3\x40\xf0\xf1'),
  ...signature('application/x-abif', 'ABIF\0\x65'),
  ...signature('application/x-mrc', ['MAP ', 208]),
  ...signature('application/x-bigwig', '\x26\xfc\x8f\x88', '\x88\x8f\xfc\x26'),
  ...signature('application/x-2bit', '\x43\x27\x41\x1a', '\x1a\x41\x27\x43'),
];

/** netCDF 4 is HDF5 with attributes of its own. */
function hdf5Type({ head, extension }: BinarySample): string {
  if (has(head, 0, 'MATLAB')) return matlab;
  const isNetCdf = ['_NCProperties', '_Netcdf4', '_nc3_strict'].some((name) => head.includes(name));
  return isNetCdf || ['nc', 'nc4', 'cdf'].includes(extension) ? netCdf : hdf;
}

/** Messages of weather services may have a heading of the network before, which is text. */
function headedType({ head }: BinarySample): Answer {
  const heading =
    /^(?:\x01\r\r\n\d{3}[ \d]*\r\r\n|\d{8,10}[\s\S]{0,20}?)?[A-Z]{4}\d{0,2} [A-Z]{4} \d{6}[^G]{0,20}?(GRIB|BUFR)/.exec(
      latin1(head, 0, 100),
    );
  if (heading === null) return undefined;
  return heading[1] === 'GRIB' ? 'application/x-grib' : 'application/x-bufr';
}

const sasTypes: Readonly<Record<string, string>> = {
  CATALOG: 'application/x-sas-catalog',
  INDEX: 'application/x-sas-data-index',
  VIEW: 'application/x-sas-view',
  PROGRAM: 'application/x-sas-program-data',
  ITEMSTOR: 'application/x-sas-itemstor',
  MDDB: 'application/x-sas-mddb',
  AUDIT: 'application/x-sas-audit',
};

/** The kind is written in the header; what has no other is a table. */
function sasType({ head }: BinarySample): string {
  return entryOf(sasTypes, latin1(head, 156, 8).trim()) ?? 'application/x-sas-data';
}

function stataVersions(): string[] {
  return Array.from({ length: 14 }, (_, n) => String.fromCharCode(102 + n));
}

/** Before version 117: the order of bytes, the type of file, the numbers of variables and observations, and a label. */
function isStata({ head, size }: BinarySample): boolean {
  const order = u8(head, 1);
  const variables = order === 1 ? u16be(head, 4) : u16le(head, 4);
  return (
    isBetween(order, 1, 2) &&
    u8(head, 2) === 1 &&
    u8(head, 3) === 0 &&
    isBetween(variables, 1, 32_767) &&
    size > 60 + variables
  );
}

/** A matrix: type, rows, columns, whether it is complex, and the length of its name. Source: "MAT-File Format", level 4. */
async function isMatlab4(sample: BinarySample): Promise<boolean> {
  const { head, size } = sample;
  const isBig = u32le(head, 0) > 4_052;
  const number = (at: number) => (isBig ? u32be(head, at) : u32le(head, at));
  const [type, rows, columns, imaginary, nameLength] = [0, 4, 8, 12, 16].map(number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const width = [8, 4, 4, 2, 2, 1][Math.floor((type % 100) / 10)];
  if (width === undefined || imaginary > 1 || !isBetween(nameLength, 2, 64) || type % 10 > 2) return false;
  if (!/^[A-Za-z]\w*\0$/.test(latin1(head, 20, nameLength))) return false;
  const end = 20 + nameLength + rows * columns * width * (1 + imaginary);
  return end === size || (end < size && (await bytesAt(sample, end, 20)).length === 20);
}

/** Shapes, or the index of them: its first entry points behind the header, and its records have 8 bytes. */
function shapeType({ head }: BinarySample): Answer {
  if (u32le(head, 28) !== 1_000) return undefined;
  return u32be(head, 100) === 50 && u32be(head, 104) !== 0 && (u32be(head, 24) * 2) % 8 === 4
    ? 'application/vnd.shx'
    : 'application/vnd.shp';
}
