import type { TypeInfo } from '../types.ts';

/** Types of binary files. */
export const binaryTypes: readonly TypeInfo[] = [
  ['application/octet-stream', 'Unknown binary data'],
  ['application/pdf', 'PDF document', 'pdf'],
  ['application/zip', 'ZIP archive', 'zip'],
  ['application/gzip', 'gzip-compressed data', 'gz'],
  ['application/msword', 'Word document (97–2003)', 'doc', 'dot'],
  ['image/png', 'PNG image', 'png'],
];
