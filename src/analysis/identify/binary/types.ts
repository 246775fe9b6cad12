import type { TypeInfo } from '../types.ts';
import { archiveTypes } from './types/archives.ts';
import { dataTypes } from './types/data.ts';
import { documentTypes } from './types/documents.ts';
import { imageTypes } from './types/images.ts';
import { mediaTypes } from './types/media.ts';
import { systemTypes } from './types/systems.ts';

/** Types of files that are not text. Extensions that may stand for anything, such as `bin` and `dat`, are left out. */
export const binaryTypes: readonly TypeInfo[] = [
  ...documentTypes,
  ...imageTypes,
  ...mediaTypes,
  ...archiveTypes,
  ...dataTypes,
  ...systemTypes,
];
