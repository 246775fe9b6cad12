import { UnreadableFile } from '#domain/analysis.ts';
import type { DocumentReader, DocumentSink } from './reader.ts';

/** Jupyter notebooks: the sources of all cells. What running them put out is left out. */
export const reader: DocumentReader = {
  types: ['application/x-ipynb+json'],
  async read(source, document) {
    const notebook = parse(await source.bytes());
    for (const cell of cellsOf(notebook)) addSource(cell, document);
  },
};

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new UnreadableFile('damaged', 'The notebook is not valid JSON.', { cause });
  }
}

/** The cells are listed by the notebook or, before version 4 of the format, by its worksheets. */
function cellsOf(notebook: unknown): readonly unknown[] {
  const sheets = [notebook, ...listIn(notebook, 'worksheets')];
  return sheets.flatMap((sheet) => listIn(sheet, 'cells'));
}

/** A source is a text or a list of lines; before version 4 that of code was an input. */
function addSource(cell: unknown, document: DocumentSink): void {
  for (const field of ['source', 'input']) {
    const source = fieldOf(cell, field);
    const lines = Array.isArray(source) ? source : [source];
    const text = lines.filter((line) => typeof line === 'string').join('');
    if (text !== '') document.text('body', `${text}\n`);
  }
}

function listIn(value: unknown, field: string): readonly unknown[] {
  const list = fieldOf(value, field);
  return Array.isArray(list) ? list : [];
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
