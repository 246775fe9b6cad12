import type { TypeInfo } from '../types.ts';

/** Types of texts. */
export const textTypes: readonly TypeInfo[] = [
  ['inode/x-empty', 'Empty file'],
  ['text/plain', 'Plain text', 'txt', 'text', 'log'],
  ['text/html', 'HTML document', 'html', 'htm'],
  ['text/csv', 'Comma-separated values', 'csv'],
  ['application/json', 'JSON data', 'json'],
];
