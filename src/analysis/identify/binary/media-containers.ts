import type { BinarySample } from './binary-sample.ts';
import { has, latin1, u8, u32be } from './bytes.ts';
import { type Answer, among, type Detector } from './detector.ts';

const byContainer = { detectedBy: 'container' } as const;

/** Containers of sound, pictures and films, whose name for what they hold tells the type. */
export const mediaContainers: readonly Detector[] = [
  ...among(['RIFF', 'RF64', 'BW64'], ({ head }) => riffTypes[latin1(head, 8, 4)] ?? drawType(head), byContainer),
  ...among(
    ['RIFX', 'XFIR'],
    ({ head }) => directorTypes[latin1(head, 8, 4)] ?? riffTypes[latin1(head, 8, 4)],
    byContainer,
  ),
  ...among('FORM', ({ head }) => iffTypes[latin1(head, 8, 4)], byContainer),
  ...among('OggS\0', oggType, byContainer),
  ...among('\x1a\x45\xdf\xa3', matroskaType, byContainer),
  ...among(['ftyp', 4], brandType, byContainer),
  ...among(
    ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'].map((name) => [name, 4] as const),
    quickTimeType,
    byContainer,
  ),
  ...among('\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c', asfType, byContainer),
];

const riffTypes: Readonly<Record<string, string>> = {
  WAVE: 'audio/wav',
  'AVI ': 'video/vnd.avi',
  WEBP: 'image/webp',
  ACON: 'application/x-navi-animation',
  RMID: 'audio/midi',
  sfbk: 'audio/x-soundfont',
  QLCM: 'audio/qcelp',
  RDIB: 'image/bmp',
  'AMV ': 'video/x-amv',
  '4XMV': 'video/x-4xmv',
};

/** CorelDRAW, whose versions are in the last letter. */
function drawType(head: Buffer): Answer {
  return /^(?:CDR|cdr|CMX|CDT)/.test(latin1(head, 8, 4)) ? 'application/vnd.corel-draw' : undefined;
}

const directorTypes: Readonly<Record<string, string>> = {
  MV93: 'application/x-director',
  '39VM': 'application/x-director',
  FGDM: 'application/x-director',
  MDGF: 'application/x-director',
};

const iffTypes: Readonly<Record<string, string>> = {
  AIFF: 'audio/aiff',
  AIFC: 'audio/aiff',
  '8SVX': 'audio/x-8svx',
  '16SV': 'audio/x-8svx',
  MAUD: 'audio/x-maud',
  ILBM: 'image/x-ilbm',
  'PBM ': 'image/x-ilbm',
  ACBM: 'image/x-ilbm',
  ANIM: 'video/x-anim',
  DJVU: 'image/vnd.djvu',
  DJVM: 'image/vnd.djvu',
  LWOB: 'image/x-lwo',
  LWO2: 'image/x-lwo',
  IFRS: 'application/x-blorb',
  IFZS: 'application/x-quetzal',
};

const oggVideo = ['\x80theora', '\x01video\0', 'OVP80', 'BBCD\0', '\x8akate'];
const oggAudio = ['\x01vorbis', 'OpusHead', '\x7fFLAC', 'Speex   ', 'PCM     ', '\x80celt', '\x01audio\0'];

/** The first page of each stream comes before all others. Source: RFC 3533 and 5334. */
function oggType({ head }: BinarySample): string {
  let hasAudio = false;
  for (let at = 0, pages = 0; pages < 32 && has(head, at, 'OggS') && (u8(head, at + 5) & 2) !== 0; pages++) {
    const segments = u8(head, at + 26);
    const content = at + 27 + segments;
    if (oggVideo.some((mark) => has(head, content, mark))) return 'video/ogg';
    hasAudio ||= oggAudio.some((mark) => has(head, content, mark));
    at = content + head.subarray(at + 27, content).reduce((sum, length) => sum + length, 0);
  }
  return hasAudio ? 'audio/ogg' : 'application/ogg';
}

/** Tracks name their codecs behind the number of that element and its length. */
const videoCodec = /\x86[\x81-\x9f]V_[A-Z]/;
const audioCodec = /\x86[\x81-\x9f]A_[A-Z]/;

/** Source: RFC 9559. */
function matroskaType({ head, extension }: BinarySample): Answer {
  const [, kind] = /\x42\x82(?:[\x84-\x88]|\x40.|\x01\0{6}.)(webm|matroska)/s.exec(latin1(head, 0, 128)) ?? [];
  if (kind === undefined) return undefined;
  const text = latin1(head, 0, head.length);
  const isAudio = audioCodec.test(text) && !videoCodec.test(text);
  if (kind === 'webm') return isAudio ? 'audio/webm' : 'video/webm';
  if (isAudio) return 'audio/matroska';
  return extension === 'mk3d' ? 'video/matroska-3d' : 'video/matroska';
}

/** Brands that are not `video/mp4`. */
const brands: Readonly<Record<string, string>> = {
  'qt  ': 'video/quicktime',
  'M4V ': 'video/x-m4v',
  M4VH: 'video/x-m4v',
  M4VP: 'video/x-m4v',
  'M4A ': 'audio/mp4',
  'M4B ': 'audio/mp4',
  'M4P ': 'audio/mp4',
  'F4A ': 'audio/mp4',
  'F4B ': 'audio/mp4',
  'F4V ': 'video/x-f4v',
  'F4P ': 'video/x-f4v',
  avif: 'image/avif',
  avis: 'image/avif',
  heic: 'image/heic',
  heix: 'image/heic',
  heim: 'image/heic',
  heis: 'image/heic',
  hevc: 'image/heic-sequence',
  hevx: 'image/heic-sequence',
  'crx ': 'image/x-canon-cr3',
  mjp2: 'video/mj2',
  mj2s: 'video/mj2',
  mp21: 'application/mp21',
  dmb1: 'video/vnd.dmb',
  isml: 'video/mp4',
};

/** The extensions of sound in a container whose brand does not tell. */
const soundExtensions: readonly string[] = ['m4a', 'm4b', 'm4p', 'm4r', 'mp4a'];

/** Source: ISO/IEC 14496-12 and the register of brands at mp4ra.org. */
function brandType({ head, extension }: BinarySample): string {
  const brand = latin1(head, 8, 4);
  if (brand.startsWith('3g2') || brand.startsWith('KDDI')) return 'video/3gpp2';
  if (/^3g[peghrst]/.test(brand)) return 'video/3gpp';
  if (brand === 'mif1' || brand === 'msf1' || brand === 'miaf') return compatibleType(head) ?? 'image/heif';
  return brands[brand] ?? (soundExtensions.includes(extension) ? 'audio/mp4' : 'video/mp4');
}

/** The coding of an image, which the brands behind the first name. */
function compatibleType(head: Buffer): Answer {
  const end = Math.min(u32be(head, 0), 128);
  for (let at = 16; at < end; at += 4) {
    const mime = brands[latin1(head, at, 4)];
    if (mime?.startsWith('image/') === true) return mime;
  }
  return undefined;
}

/** QuickTime from before there were brands: a list of atoms, each with its length. */
function quickTimeType({ head, size }: BinarySample): Answer {
  const length = u32be(head, 0);
  if (length === 0 || length === 1) return has(head, 4, 'mdat') ? 'video/quicktime' : undefined;
  if (length < 8 || length > size * 2) return undefined;
  return length + 8 > head.length || /^[a-z]{4}$/.test(latin1(head, length + 4, 4)) ? 'video/quicktime' : undefined;
}

const audioStream = '\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\0\x80\x5f\x5c\x44\x2b';
const videoStream = '\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\0\x80\x5f\x5c\x44\x2b';

/** Advanced Systems Format: Windows Media by the codec of its picture, or sound alone. */
function asfType({ head, extension }: BinarySample): string {
  if (extension === 'asf') return 'video/x-ms-asf';
  const header = latin1(head, 0, head.length);
  const video = header.indexOf(videoStream);
  if (video < 0) return header.includes(audioStream) ? 'audio/x-ms-wma' : 'video/x-ms-asf';
  return /WM[VS][123PA]|WVC1|WVP2|MSS[12]|MP4[23S]|mp4[23s]/.test(header.slice(video, video + 160))
    ? 'video/x-ms-wmv'
    : 'video/x-ms-asf';
}
