import { decodeText } from './decoding.ts';
import { addVisibleText, type HtmlOptions } from './html/visible-text.ts';
import type { DocumentReader, DocumentSink } from './reader.ts';
import { subtitleTypes } from './subtitle-types.ts';

/** Subtitles and lyrics: what is shown, without times, styles and settings. */
export const reader: DocumentReader = {
  types: subtitleTypes,
  async read(source, document) {
    const { mime_type, charset } = source.core;
    const text = decodeText(await source.bytes(), charset).replaceAll('\r', '');
    const add = formats.get(mime_type) as Format;
    add(text, document);
  },
};

type Format = (text: string, document: DocumentSink) => void;

const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['application/x-subrip', (text, document) => tagged(cuesOf(text).join('\n\n').replace(override, ''), document)],
  ['text/vtt', (text, document) => tagged(webVtt(text), document)],
  ['text/x-ssa', (text, document) => document.text('body', subStation(text))],
  ['text/x-microdvd', (text, document) => tagged(lines(text, /^\{\d*\}\{\d*\}/).replace(override, ''), document)],
  ['text/x-mpl2', (text, document) => document.text('body', lines(text, /^\[\d*\]\[\d*\]\/?/))],
  ['text/x-subviewer', (text, document) => document.text('body', subViewer(text))],
  ['text/x-lrc', (text, document) => document.text('body', text.replace(/[[<][^\]>\n]{0,500}[\]>]/g, ''))],
  ['application/x-sami', (text, document) => addVisibleText(text, document)],
  ['application/ttml+xml', (text, document) => addVisibleText(text, document, { isXml: true } satisfies HtmlOptions)],
]);

/** `{\an8}` and `{y:i}`, which set a style. */
const override = /\{(?:\\|[a-zA-Z]:)[^}\n]{0,500}\}/g;
const times = /^\s*(?:\d{1,4}:)?\d{1,2}:\d{1,2}[.,]\d{1,3}\s*-->/;

/** The texts below lines of times; what stands above such a line, up to an empty one, names it. */
function cuesOf(text: string): readonly string[] {
  const cues: string[][] = [];
  for (const line of text.split('\n')) {
    const cue = cues.at(-1);
    if (times.test(line)) {
      if (cue !== undefined && /^\s*\d+\s*$/.test(cue.at(-1) ?? '')) cue.pop();
      cues.push([]);
    } else cue?.push(line);
  }
  return cues.map((cue) => cue.join('\n'));
}

/** WebVTT (w3.org/TR/webvtt1): blocks with a line of times; the others are notes, styles and the header. */
function webVtt(text: string): string {
  const blocks = text.split(/\n{2,}/).filter((block) => block.includes('-->'));
  const shown = blocks.flatMap((block) => cuesOf(block));
  return shown.join('\n\n').replace(/<\d[\d:.]{0,30}>/g, '');
}

/** Text with tags of HTML, in which a line is a line. */
function tagged(text: string, document: DocumentSink): void {
  addVisibleText(text.replaceAll('\n', '<br>'), document);
}

function lines(text: string, times: RegExp): string {
  const shown = text.split('\n').map((line) => line.replace(times, '').replaceAll('|', '\n'));
  return `${shown.join('\n')}\n`;
}

function subViewer(text: string): string {
  const shown = text.split('\n').filter((line) => !/^(?:\[(?!br\])|\d\d:\d\d:\d\d[.:]\d\d,)/i.test(line));
  return `${shown.join('\n').replace(/\[br\]/gi, '\n')}\n`;
}

/** SubStation Alpha: the last field of each line of dialogue. `\p1` begins a drawing, which ends at `\p0`. */
function subStation(text: string): string {
  const fields = /^\[Events\][^[]*?^Format:(.*)$/im.exec(text)?.[1]?.split(',').length ?? 10;
  const shown: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('Dialogue:')) continue;
    const cue = line
      .split(',')
      .slice(fields - 1)
      .join(',');
    shown.push(
      withoutDrawings(cue)
        .replace(/\\[Nn]/g, '\n')
        .replace(/\\h/g, ' '),
    );
  }
  return `${shown.join('\n')}\n`;
}

function withoutDrawings(cue: string): string {
  let shown = '';
  let isDrawing = false;
  for (const piece of cue.split(/(\{[^}]*\})/)) {
    if (!piece.startsWith('{') || !piece.endsWith('}')) shown += isDrawing ? '' : piece;
    else if (/\\p\d/.test(piece)) isDrawing = !/\\p0(?!.*\\p[1-9])/.test(piece);
  }
  return shown;
}
