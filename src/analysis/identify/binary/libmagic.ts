import type { WASMagic } from 'wasmagic';
import type { Found } from '../found.ts';
import { standsFor } from '../types.ts';
import type { BinarySample } from './binary-sample.ts';

let library: Promise<WASMagic> | undefined;

/** What libmagic says of the beginning of the file; undefined if it knows nothing, or fails. */
export async function byLibmagic({ head, extension }: BinarySample): Promise<Found | undefined> {
  const answer = await ask(head);
  if (answer === undefined) return undefined;
  const mime = names[answer] ?? answer;
  if (!weak.has(mime)) return { mime, detectedBy: 'libmagic', confidence: 'likely' };
  return standsFor(extension, mime) ? { mime, detectedBy: 'libmagic', confidence: 'possible' } : undefined;
}

async function ask(head: Buffer): Promise<string | undefined> {
  try {
    library ??= load();
    const mime = (await library).detect(head).toLowerCase();
    // The file is no text, so what it says of texts is wrong.
    return /^(?:application|audio|font|image|message|model|video)\/[\w.+-]+$/.test(mime) ? mime : undefined;
  } catch {
    return undefined;
  }
}

/** Loaded when the first file needs it: it takes time and memory. */
async function load(): Promise<WASMagic> {
  const { WASMagic, WASMagicFlags } = await import('wasmagic');
  return await WASMagic.create({ flags: WASMagicFlags.MIME_TYPE });
}

/** Its names for types that have others here. */
const names: Readonly<Record<string, string>> = {
  'application/cdfv2': 'application/x-cfb',
  'application/java-archive': 'application/zip',
  'application/vnd.cups-raster': 'application/x-cups-raster',
  'application/x-dbf': 'application/vnd.dbf',
  'application/x-font-sfn': 'application/x-font-fon',
  'application/x-git': 'application/x-git-pack',
  'application/x-ms-sdb': 'application/x-msaccess',
  'application/x-msdownload': 'application/x-dosexec',
  'application/x-pgp-keyring': 'application/pgp-keys',
  'audio/x-hx-aac-adts': 'audio/aac',
  'audio/x-mp4a-latm': 'audio/aac',
  'audio/x-wav': 'audio/wav',
  'audio/vnd.dolby.dd-raw': 'audio/ac3',
  'image/vnd.microsoft.icon': 'image/x-icon',
  'image/x-ms-bmp': 'image/bmp',
  'video/x-msvideo': 'video/vnd.avi',
  'video/x-matroska': 'video/matroska',
};

/** Answers that rest on few bytes, or on signatures that are looked at more closely here: they need the extension too. */
const weak: ReadonlySet<string> = new Set([
  'application/octet-stream',
  'application/gzip',
  'application/pgp-keys',
  'application/postscript',
  'application/simh-tape-data',
  'application/vnd.dbf',
  'application/vnd.hp-hpgl',
  'application/vnd.lotus-1-2-3',
  'application/x-adobe-aco',
  'application/x-apple-rsr',
  'application/x-arc',
  'application/x-aria',
  'application/x-coff-executable',
  'application/x-commodore-basic',
  'application/x-compress',
  'application/x-cpio',
  'application/x-dbt',
  'application/x-dosexec',
  'application/x-floppy-image-tc',
  'application/x-fpt',
  'application/x-ibm-dsk',
  'application/x-ibm-rom',
  'application/x-lanalyzer',
  'application/x-lx-executable',
  'application/x-ms-dat',
  'application/x-tex-tfm',
  'application/zlib',
  'audio/aac',
  'audio/ac3',
  'audio/mpeg',
  'audio/x-syx',
  'font/x-amiga-font',
  'image/g3fax',
  'image/jxl',
  'image/x-amiga-icon',
  'image/x-atari-degas',
  'image/x-award-bioslogo',
  'image/x-icon',
  'image/x-tga',
  'image/x-ulead-imaginfo',
]);
