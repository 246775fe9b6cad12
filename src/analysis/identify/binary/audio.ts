import { type BinarySample, bytesAt } from './binary-sample.ts';
import { has, isBetween, u8, u16be, u32be } from './bytes.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

/** Audio, and music of trackers. */
export const audio: readonly Detector[] = [
  ...among('ID3', taggedType),
  ...signature('audio/flac', 'fLaC'),
  ...signature('audio/x-ape', 'MAC '),
  ...signature('audio/x-wavpack', 'wvpk'),
  ...signature('audio/x-musepack', 'MP+', 'MPCK'),
  ...signature('audio/x-tta', 'TTA1', 'TTA2'),
  ...signature('audio/amr', '#!AMR\n', '#!AMR_MC1.0\n'),
  ...signature('audio/amr-wb', '#!AMR-WB\n', '#!AMR-WB_MC1.0\n'),
  ...signature('audio/silk', '#!SILK_V3', '\x02#!SILK_V3'),
  ...signature('audio/x-dsf', 'DSD \x1c\0\0\0'),
  ...when('audio/x-dff', 'FRM8', ({ head }) => has(head, 12, 'DSD ')),
  ...when('audio/x-caf', 'caff', ({ head }) => u16be(head, 4) === 1),
  ...signature('audio/x-pn-realaudio', '.ra\xfd'),
  ...when('audio/midi', 'MThd', ({ head }) => u32be(head, 4) === 6),
  ...when('audio/basic', ['.snd', 'dns.'], ({ head }) => has(head, 0, 'dns.') || u32be(head, 4) >= 24),
  ...signature('audio/x-voc', 'Creative Voice File\x1a'),
  ...signature('audio/x-w64', 'riff\x2e\x91\xcf\x11'),
  ...signature('audio/x-it', 'IMPM'),
  ...signature('audio/x-xm', 'Extended Module: '),
  ...signature('audio/x-s3m', ['SCRM', 44]),
  ...signature('audio/x-mod', ...moduleMarks()),
  ...signature('audio/x-stm', ['!Scream!\x1a', 20], ['BMOD2STM\x1a', 20]),
  ...signature('audio/x-mod', 'MTM\x10'),
  ...signature('audio/x-mod', 'MMD0', 'MMD1', 'MMD2', 'MMD3'),
  ...signature('audio/prs.sid', 'PSID\0', 'RSID\0'),
  ...signature('audio/x-nsf', 'NESM\x1a'),
  ...signature('audio/x-spc', 'SNES-SPC700 Sound File Data'),
  ...signature('audio/x-vgm', 'Vgm '),
  ...signature('audio/x-shorten', 'ajkg'),
  ...signature('audio/x-tak', 'tBaK'),
  ...signature('audio/x-optimfrog', 'OFR '),
  ...signature('audio/x-oma', 'EA3\x01', 'EA3\x03', 'ea3\x03'),
  ...signature('audio/x-twinvq', 'TWIN97012000'),
  ...signature('audio/aac', 'ADIF'),
  ...signature('audio/vnd.dts', '\x7f\xfe\x80\x01', '\xfe\x7f\x01\x80', '\x1f\xff\xe8\0', '\xff\x1f\0\xe8'),
  ...signature('audio/vnd.dts.hd', 'DTSHDHDR', '\x64\x58\x20\x25'),
  ...signature('audio/vnd.dolby.mlp', ['\xf8\x72\x6f\xba', 4], ['\xf8\x72\x6f\xbb', 4]),
  ...among('\x0b\x77', dolbyType),
  ...when('audio/mp4a-latm', '\x56', isLatm),
  ...when('audio/x-avr', '2BIT', ({ head }) => [0, 0xffff].includes(u16be(head, 12))),
  ...signature('audio/x-paf', ' paf', 'fap '),
  ...signature(
    'audio/x-ircam',
    '\x64\xa3\x01\0',
    '\x64\xa3\x02\0',
    '\x64\xa3\x03\0',
    '\0\x02\xa3\x64',
    '\0\x01\xa3\x64',
  ),
  ...when('audio/x-psf', 'PSF', ({ head }) => [1, 2, 0x11, 0x12, 0x21, 0x22, 0x23, 0x24, 0x41].includes(u8(head, 3))),
  ...signature('application/x-guitar-pro', ['FICHIER GUITAR PRO', 1]),
  ...signature('audio/x-sox', '.SoX', 'XoS.'),
  ...signature('audio/x-hcom', ['FSSD', 65]),
  ...signature('audio/x-sds', '\xf0\x7e\0\x01'),
  ...signature('audio/vnd.audible.aax', ['ftypaax ', 4]),
  ...signature('audio/vnd.audible', ['\x57\x90\x75\x36', 4]),
];

/** Asked after all that have a signature: frames that follow each other. */
export const audioFrames: readonly Detector[] = among('', (sample) => framesType(sample.head, sample.size));

function moduleMarks(): (readonly [string, number])[] {
  const marks = [
    'M.K.',
    'M!K!',
    'FLT4',
    'FLT8',
    '4CHN',
    '6CHN',
    '8CHN',
    'CD81',
    'OKTA',
    '10CH',
    '12CH',
    '16CH',
    '32CH',
  ];
  return marks.map((mark) => [mark, 1_080]);
}

/** What follows a tag of ID3v2, whose length is written in four times seven bits. */
async function taggedType(sample: BinarySample): Promise<Answer> {
  const { head } = sample;
  if (!isBetween(u8(head, 3), 2, 4) || [6, 7, 8, 9].some((at) => !(u8(head, at) < 0x80))) return undefined;
  const length = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + u8(head, at), 0);
  const rest = await bytesAt(sample, 10 + length, 4_096);
  if (has(rest, 0, 'fLaC')) return 'audio/flac';
  if (has(rest, 0, 'MAC ')) return 'audio/x-ape';
  if (has(rest, 0, 'TTA1')) return 'audio/x-tta';
  if (has(rest, 0, 'MP+') || has(rest, 0, 'MPCK')) return 'audio/x-musepack';
  return framesType(rest, sample.size - 10 - length) ?? 'audio/mpeg';
}

const ac3Rates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

/** AC-3 by its bit stream identification up to 10, and Enhanced AC-3 above. Source: ETSI TS 102 366. */
function dolbyType({ head, size }: BinarySample): Answer {
  const version = u8(head, 5) >> 3;
  const isEnhanced = isBetween(version, 11, 16);
  const code = u8(head, 4);
  const rate = ac3Rates[(code & 0x3f) >> 1];
  if (!isEnhanced && (version > 10 || rate === undefined || code >> 6 === 3)) return undefined;
  const words = isEnhanced ? (u16be(head, 2) & 0x7ff) + 1 : ac3Words(rate ?? 0, code >> 6, code & 1);
  const next = 2 * words;
  if (next + 2 <= Math.min(size, head.length) && !has(head, next, '\x0b\x77')) return undefined;
  return isEnhanced ? 'audio/eac3' : 'audio/ac3';
}

/** Words of 16 bits in a frame of 1536 samples at 48, 44.1 or 32 kHz. */
function ac3Words(kilobits: number, frequency: number, odd: number): number {
  if (frequency === 1) return Math.floor((kilobits * 96_000) / 44_100) + odd;
  return frequency === 0 ? kilobits * 2 : kilobits * 3;
}

/** Frames of AAC in the transport of ISO/IEC 14496-3, 1.7: eleven bits of a mark, and thirteen of a length. */
function isLatm({ head }: BinarySample): boolean {
  for (let at = 0, frames = 0; frames < 3; frames++) {
    if (u16be(head, at) >> 5 !== 0x2b7) return false;
    at += 3 + (((u8(head, at + 1) & 0x1f) << 8) | u8(head, at + 2));
  }
  return true;
}

const searched = 2_048;
const wantedFrames = 4;

/** The first bytes may be zeros or the end of a frame that was cut. */
function framesType(bytes: Buffer, size: number): Answer {
  for (let at = 0; at < Math.min(searched, bytes.length); at++) {
    if (bytes[at] !== 0xff) continue;
    const frames = countFrames(bytes, at, size);
    if (frames !== undefined && frames.count >= (at === 0 ? 2 : wantedFrames)) return frames.mime;
  }
  return undefined;
}

/** Counts frames of the same kind, one behind the other. */
function countFrames(bytes: Buffer, from: number, size: number): { mime: string; count: number } | undefined {
  let at = from;
  let mime: string | undefined;
  for (let count = 0; ; count++) {
    const frame = count < wantedFrames ? frameAt(bytes, at) : undefined;
    if (frame === undefined || (mime !== undefined && mime !== frame.mime))
      // A frame that ends with the file counts as two.
      return mime === undefined ? undefined : { mime, count: at === size ? wantedFrames : count };
    mime = frame.mime;
    at += frame.length;
  }
}

function frameAt(bytes: Buffer, at: number): { mime: string; length: number } | undefined {
  if ((u16be(bytes, at) & 0xfff6) === 0xfff0) return adtsAt(bytes, at);
  return (u16be(bytes, at) & 0xffe0) === 0xffe0 ? mpegAt(bytes, at) : undefined;
}

/** Source: ISO/IEC 13818-7, 6.2. */
function adtsAt(bytes: Buffer, at: number): { mime: string; length: number } | undefined {
  const length = ((u8(bytes, at + 3) & 3) << 11) | (u8(bytes, at + 4) << 3) | (u8(bytes, at + 5) >> 5);
  const frequency = (u8(bytes, at + 2) >> 2) & 0x0f;
  return length > 7 && frequency < 13 ? { mime: 'audio/aac', length } : undefined;
}

/** Kilobits per second, by version 1 or 2 and layer. */
const bitRates: Readonly<Record<string, readonly number[]>> = {
  '1,1': [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1,2': [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1,3': [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2,1': [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2,2': [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2,3': [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const sampleRates = [44_100, 48_000, 32_000];

/** Source: ISO/IEC 11172-3, 2.4.1.3, and version 2.5 with half of its lowest sampling rates. */
function mpegAt(bytes: Buffer, at: number): { mime: string; length: number } | undefined {
  const [second, third] = [u8(bytes, at + 1), u8(bytes, at + 2)];
  const [version, layer] = [(second >> 3) & 3, 4 - ((second >> 1) & 3)];
  const rate = bitRates[`${version === 3 ? 1 : 2},${layer}`]?.[(third >> 4) - 1];
  const frequency = sampleRates[(third >> 2) & 3];
  if (version === 1 || rate === undefined || frequency === undefined) return undefined;
  const sampling = frequency / { 3: 1, 2: 2, 0: 4 }[version as 0 | 2 | 3];
  const padding = (third >> 1) & 1;
  if (layer === 1) return { mime: 'audio/mpeg', length: (Math.floor((12_000 * rate) / sampling) + padding) * 4 };
  const samples = layer === 3 && version !== 3 ? 72_000 : 144_000;
  return { mime: 'audio/mpeg', length: Math.floor((samples * rate) / sampling) + padding };
}
