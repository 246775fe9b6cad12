import type { Reading } from './reading.ts';

/** Formats that any text could be written in: only the extension names them. */
export const sourceCode: readonly Reading[] = [
  byExtension('text/css', 'css'),
  byExtension('text/javascript', 'js', 'mjs', 'cjs'),
  byExtension('text/x-typescript', 'ts', 'mts', 'cts', 'tsx'),
  byExtension('text/x-shellscript', 'sh', 'bash', 'zsh'),
  byExtension('text/x-python', 'py'),
  byExtension('text/x-c', 'c', 'h'),
  byExtension('text/x-c++', 'cc', 'cpp', 'cxx', 'hh', 'hpp'),
  byExtension('text/x-java', 'java'),
  byExtension('text/x-go', 'go'),
  byExtension('text/x-rust', 'rs'),
  byExtension('text/x-ruby', 'rb'),
  byExtension('text/x-perl', 'pl', 'pm'),
  byExtension('text/x-tex', 'tex'),
  byExtension('application/sql', 'sql'),
  byExtension('application/toml', 'toml'),
  byExtension('application/x-subrip', 'srt'),
];

function byExtension(mime: string, ...extensions: string[]): Reading {
  return { mime, extensions, judge: () => 'possible' };
}
