import { type BinarySample, bytesAt } from './binary-sample.ts';
import { has, isBetween, latin1, u8, u16, u16be, u16le, u32be, u32le } from './bytes.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

const machO = 'application/x-mach-binary';

/** Programs, in machine code or for interpreters. */
export const executables: readonly Detector[] = [
  ...among('\x7fELF', elfType, { detectedBy: 'signature' }),
  ...among(['MZ', 'ZM'], dosType),
  ...signature(machO, '\xfe\xed\xfa\xce', '\xfe\xed\xfa\xcf', '\xce\xfa\xed\xfe', '\xcf\xfa\xed\xfe'),
  ...among(['\xca\xfe\xba\xbe', '\xca\xfe\xba\xbf'], ({ head }) =>
    isBetween(u32be(head, 4), 1, 42) ? machO : u16be(head, 6) >= 43 ? 'application/java-vm' : undefined,
  ),
  ...signature('application/x-java-pack200', '\xca\xfe\xd0\x0d'),
  ...signature('application/java-serialized-object', '\xac\xed\0\x05'),
  ...when('application/x-dex', ['dex\n', 'dey\n'], ({ head }) => /^\d{3}\0/.test(latin1(head, 4, 4))),
  ...signature('application/wasm', '\0asm'),
  ...signature('application/x-llvm', 'BC\xc0\xde', '\xde\xc0\x17\x0b'),
  ...when('application/x-python-bytecode', ['\r\n', 2], isPythonBytecode),
  ...signature('application/x-lua-bytecode', '\x1bLua', '\x1bLJ'),
  ...signature('application/x-ocaml-object', 'Caml1999'),
  ...signature('application/x-elc', ';ELC'),
  ...signature('application/x-ruby-bytecode', 'YARB', 'RITE0'),
  ...signature('application/x-erlang-beam', 'FOR1'),
  ...signature('application/x-pef-executable', 'Joy!peff'),
  ...when('application/x-object', ['\x4c\x01', '\x64\x86', '\x64\xaa', '\xc0\x01', '\xc4\x01'], isCoff),
  ...signature('application/x-nes-rom', 'NES\x1a'),
  ...signature('application/x-n64-rom', '\x80\x37\x12\x40', '\x37\x80\x40\x12', '\x40\x12\x37\x80'),
  ...signature('application/x-gameboy-rom', ['\xce\xed\x66\x66\xcc\x0d', 260]),
  ...signature('application/x-gba-rom', ['\x24\xff\xae\x51\x69\x9a', 4]),
  ...signature('application/x-genesis-rom', ['SEGA MEGA DRIVE', 256], ['SEGA GENESIS', 256]),
  ...signature('application/x-uf2', 'UF2\n\x57\x51\x5d\x9e'),
  ...when('application/x-device-tree', '\xd0\x0d\xfe\xed', ({ head, size }) => u32be(head, 4) <= size),
  ...signature('application/x-uboot-image', '\x27\x05\x19\x56'),
  ...signature('application/x-android-boot', 'ANDROID!'),
  ...signature('application/x-android-sparse-image', '\x3a\xff\x26\xed'),
];

const elfTypes: Readonly<Record<number, string>> = {
  1: 'application/x-object',
  2: 'application/x-executable',
  3: 'application/x-sharedlib',
  4: 'application/x-coredump',
};

/** A program that can be loaded at any address is a shared object that names its interpreter. */
function elfType({ head }: BinarySample): string {
  const isBig = u8(head, 5) === 2;
  const kind = u16(head, 16, isBig);
  if (kind === 3 && /\/(?:ld-linux|ld\.so|ld-musl|ld64|linker)/.test(latin1(head, 0, 4_096)))
    return 'application/x-pie-executable';
  return elfTypes[kind] ?? 'application/x-elf';
}

const dos = 'application/x-dosexec';

/** The header of MS-DOS, and the place of a newer one in it. */
async function dosType(sample: BinarySample): Promise<Answer> {
  const { head } = sample;
  // The last page has at most 512 bytes, and there is one.
  if (!(u16le(head, 2) <= 512 && u16le(head, 4) > 0)) return undefined;
  const at = u32le(head, 60);
  const mark = latin1(await bytesAt(sample, Number.isNaN(at) ? 0 : at, 4), 0, 4);
  if (mark === 'PE\0\0') return 'application/vnd.microsoft.portable-executable';
  if (mark.startsWith('NE') && head.includes('FONTRES')) return 'application/x-font-fon';
  return dos;
}

/** A number for each version, the time or a hash, and code as marshalled. */
function isPythonBytecode({ head }: BinarySample): boolean {
  const version = u16le(head, 0);
  const isKnown =
    isBetween(version, 3_000, 3_999) || isBetween(version, 20_121, 20_130) || isBetween(version, 50_428, 62_300);
  return isKnown && [8, 12, 16].some((at) => (u8(head, at) & 0x7f) === 0x63);
}

/** Sections, symbols and no time of the future. Source: "PE Format", Microsoft. */
function isCoff({ head, size }: BinarySample): boolean {
  const [sections, symbols] = [u16le(head, 2), u32le(head, 8)];
  const isHeader = isBetween(sections, 1, 96) && symbols < size && u32le(head, 12) < size / 4 && u16le(head, 16) <= 512;
  const optional = u16le(head, 16);
  return isHeader && /^[.$_/][\w$./]{1,7}\0*$/.test(latin1(head, 20 + optional, 8)) && !has(head, 20, '\0');
}
