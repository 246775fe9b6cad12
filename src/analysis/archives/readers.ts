import type { ArchiveReader } from './reader.ts';

interface Format {
  readonly format: string;
  readonly types: readonly string[];
  load(): Promise<ArchiveReader>;
}

/** Loads the reader of each format when the first archive of it comes. */
const formats: readonly Format[] = [
  {
    format: 'zip',
    types: [
      'application/zip',
      'application/java-archive',
      'application/vnd.android.package-archive',
      'application/vnd.comicbook+zip',
      'application/x-wheel+zip',
    ],
    load: async () => (await import('./zip.ts')).reader,
  },
  { format: 'tar', types: ['application/x-tar'], load: async () => (await import('./tar.ts')).reader },
  {
    format: '7z',
    types: ['application/x-7z-compressed'],
    load: async () => (await import('./seven-zip.ts')).reader,
  },
  {
    format: 'rar',
    types: ['application/vnd.rar', 'application/x-rar-compressed'],
    load: async () => (await import('./rar.ts')).reader,
  },
  {
    format: 'ar',
    types: ['application/x-unix-archive', 'application/x-deb', 'application/vnd.debian.binary-package'],
    load: async () => (await import('./ar.ts')).reader,
  },
  { format: 'cpio', types: ['application/x-cpio'], load: async () => (await import('./cpio.ts')).reader },
  { format: 'cab', types: ['application/vnd.ms-cab-compressed'], load: async () => (await import('./cab.ts')).reader },
  compressed('gzip', 'application/gzip'),
  compressed('bzip2', 'application/x-bzip2'),
  compressed('xz', 'application/x-xz'),
  compressed('zstd', 'application/zstd'),
];

function compressed(format: 'gzip' | 'bzip2' | 'xz' | 'zstd', type: string): Format {
  return { format, types: [type], load: async () => (await import('./compressed.ts')).compressedReader(format) };
}

const byType = new Map(formats.flatMap((format) => format.types.map((type) => [type, format] as const)));

export function archiveFormat(mime: string): Format | undefined {
  return byType.get(mime);
}
