import type { TypeInfo } from '../types.ts';
import { codeTypes } from './types/code.ts';
import { hintedTypes } from './types/hinted.ts';
import { provenTypes } from './types/proven.ts';

/** Types of texts. */
export const textTypes: readonly TypeInfo[] = [...provenTypes, ...hintedTypes, ...codeTypes];
