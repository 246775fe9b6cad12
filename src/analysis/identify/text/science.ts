import { type Guess, likely, type Page } from './reading.ts';

const number = String.raw`[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?`;
const vertex = new RegExp(`^v\\s+${number}\\s+${number}\\s+${number}`);

/** Models and measurements in columns, which have no signature. */
export function science(page: Page): Guess | undefined {
  const { body, lines } = page;
  const first = body[0] ?? '';
  if (first === '>' || first === ';') return sequences(page.inked);
  if (first === '@' && isFastq(page.inked)) return likely('text/x-fastq');
  if ('#vogmnu'.includes(first) && isWavefront(page.inked)) return likely('model/obj');
  if ((first === 'n' || first === '#') && page.inked.slice(0, 40).some((line) => /^newmtl\s+\S/.test(line)))
    return materials(page.inked);
  if (first === 'd' || first === '#' || first === '_' || first === 'l') return crystal(page.inked);
  if ('ACHEMORT'.includes(first) && isProtein(page.inked)) return likely('chemical/x-pdb');
  if (lines.length > 3 && /^.{69}[\dA-Z ]{3}S? {0,6}1?/.test(lines[0] ?? '') && isIges(lines))
    return likely('model/iges');
  return molecule(lines.slice(0, 4), page.excerpt);
}

function sequences(inked: readonly string[]): Guess | undefined {
  const [head = '', ...rest] = inked.slice(0, 40);
  const bases = rest.filter((line) => !/^[>;]/.test(line));
  const isSequence = bases.length > 0 && bases.every((line) => /^[A-Za-z*-]{4,}\*?$/.test(line)) && isDense(bases);
  return /^[>;]\S/.test(head) && isSequence ? likely('text/x-fasta') : undefined;
}

/** Sequences are long and in one case. */
function isDense(lines: readonly string[]): boolean {
  const all = lines.join('').slice(0, 4_000);
  return all.length >= 10 && (all === all.toUpperCase() || /^[acgtun-]+$/.test(all));
}

function isFastq([head = '', bases = '', plus = '', quality = '']: readonly string[]): boolean {
  return (
    head.startsWith('@') && /^[ACGTUN.]{4,}$/i.test(bases) && plus.startsWith('+') && quality.length === bases.length
  );
}

function isWavefront(inked: readonly string[]): boolean {
  const start = inked.slice(0, 200).filter((line) => !line.startsWith('#'));
  const vertices = start.filter((line) => vertex.test(line.slice(0, 200))).length;
  return (
    vertices >= 3 && start.every((line) => /^(?:v[tnp]?|f|g|o|s|l|p|usemtl|mtllib|usemap|call|cstype|deg)\b/.test(line))
  );
}

function materials(inked: readonly string[]): Guess | undefined {
  return inked.some((line) => /^(?:K[ads]|Ns|Ni|illum|map_K[ads]|d)\s+\S/.test(line)) ? likely('model/mtl') : undefined;
}

function crystal(inked: readonly string[]): Guess | undefined {
  const start = inked.slice(0, 60);
  const hasBlock = start.some((line) => /^data_\S*$/.test(line));
  return hasBlock && inked.some((line) => /^_[a-z]\w*[.\w]*(?:\s|$)/i.test(line))
    ? likely('chemical/x-cif')
    : undefined;
}

const proteinRecord =
  /^(?:HEADER|TITLE|COMPND|SOURCE|KEYWDS|EXPDTA|AUTHOR|REVDAT|JRNL|REMARK|CRYST1|ORIGX\d|SCALE\d|ATOM|HETATM|MODEL|CONECT|TER|SEQRES|HELIX|SHEET|END|MTRIX\d|MASTER|OBSLTE|HET|FORMUL)\b/;

function isProtein(inked: readonly string[]): boolean {
  const start = inked.slice(0, 50);
  return (
    start.length >= 2 &&
    start.every((line) => proteinRecord.test(line)) &&
    start.some((line) => /^(?:ATOM|HETATM|REMARK|SEQRES|CRYST1)\s/.test(line))
  );
}

/** Lines of 80 columns, whose 73rd names the section and which are numbered behind it. */
function isIges(lines: readonly string[]): boolean {
  return lines.slice(0, 3).every((line) => /^.{72}[SGDPB] {0,6}\d{1,7}\s*$/.test(line.slice(0, 120)));
}

function molecule(lines: readonly string[], excerpt: string): Guess | undefined {
  if (!lines.some((line) => /^[ \d]{6}.{0,60}V[23]000\s*$/.test(line))) return undefined;
  return likely(
    /^\$\$\$\$/m.test(excerpt) || /^> +<[^>\n]+>/m.test(excerpt) ? 'chemical/x-mdl-sdfile' : 'chemical/x-mdl-molfile',
  );
}
