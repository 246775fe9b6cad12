import { UnreadableFile } from '#domain/analysis.ts';
import type { DocumentReader, DocumentSink } from './reader.ts';

/** The longest text that is read as Markdown, in UTF-16 code units. */
const maxMarkdown = 2 ** 20;

/** Jupyter notebooks: the sources of all cells, and Markdown as it shows. What running them put out is left out. */
export const reader: DocumentReader = {
  types: ['application/x-ipynb+json'],
  async read(source, document) {
    const notebook = parse(await source.bytes());
    for (const cell of cellsOf(notebook)) await addSource(cell, document);
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
async function addSource(cell: unknown, document: DocumentSink): Promise<void> {
  for (const field of ['source', 'input']) {
    const source = fieldOf(cell, field);
    const lines = Array.isArray(source) ? source : [source];
    const text = lines.filter((line) => typeof line === 'string').join('');
    if (text === '') continue;
    if (fieldOf(cell, 'cell_type') === 'markdown' && text.length <= maxMarkdown) {
      const { addMarkdown } = await import('./markdown.ts');
      addMarkdown(text, document);
    } else document.text('body', `${text}\n`);
  }
}

function listIn(value: unknown, field: string): readonly unknown[] {
  const list = fieldOf(value, field);
  return Array.isArray(list) ? list : [];
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
