import { UnreadableFile } from '#domain/analysis.ts';
import { codePageOfCharset, decodeCodePage } from '../code-pages.ts';
import type { DocumentFacts } from '../reader.ts';
import { RtfLexer } from './rtf-lexer.ts';
import {
  characters,
  codePages,
  destinations,
  infoDestinations,
  isFormulaProperties,
  type Target,
  transparent,
} from './rtf-words.ts';

const maxDepth = 1_000;
/** Bytes that are decoded at once; text is given in pieces of about this size. */
const pieceLength = 16_384;

/** What a group inherits, and gives back at its end. */
interface State {
  target: Target;
  font: number;
  /** Characters behind each `\u` that stand for it where Unicode is not known. */
  fallback: number;
  hidden: boolean;
  deleted: boolean;
}

type Dates = Partial<Record<'yr' | 'mo' | 'dy', number>>;

/**
 * Follows the groups of an RTF document and gives the text of each target, as far as the document goes.
 *
 * Mails of Outlook are HTML in RTF (`\fromhtml`). Their tags are optional destinations, and what is between `\htmlrtf` and
 * `\htmlrtf0` is how RTF shows the same, so they are read as any other document.
 */
export class RtfInterpreter {
  readonly #bytes: Buffer;
  readonly #lexer: RtfLexer;
  readonly #give: (target: Target, piece: string) => void;
  readonly #stack: State[] = [];
  #state: State = { target: 'body', font: -1, fallback: 1, hidden: false, deleted: false };
  #optional = false;
  /** Characters to leave out behind a `\u`. */
  #skip = 0;
  /** Bytes in the code page of the font, one in each character. */
  #run = '';
  #piece = '';
  #pieceTarget: Target = 'body';
  readonly #dates: Record<'created' | 'modified', Dates> = { created: {}, modified: {} };
  #pages: number | undefined;

  #codePage = 1252;
  #defaultFont = -1;
  #definedFont = -1;
  /** Code pages; 'symbols' for fonts of symbols. */
  readonly #fonts = new Map<number, number | 'symbols'>();

  constructor(bytes: Buffer, start: number, give: (target: Target, piece: string) => void) {
    this.#bytes = bytes;
    this.#lexer = new RtfLexer(bytes, start);
    this.#give = give;
  }

  run(): void {
    const lexer = this.#lexer;
    let before: string | undefined;
    for (let token = lexer.next(); token !== 'end'; before = token, token = lexer.next()) {
      if (token === 'text') this.#text();
      else if (token === 'word') this.#word(lexer.name, lexer.value);
      else if (token === 'byte') this.#byte(lexer.byte);
      else if (token === 'open') this.#open();
      else if (token === 'symbol') this.#symbol(lexer.name, before === 'open');
      else {
        this.#close();
        if (this.#stack.length === 0) break;
      }
    }
    this.#flush();
    this.#endPiece();
  }

  get facts(): Partial<DocumentFacts> {
    const { created, modified } = this.#dates;
    const pages = this.#pages === undefined ? {} : { pages: this.#pages };
    return { created: dateOf(created), modified: dateOf(modified), ...pages };
  }

  #text(): void {
    const { from, until } = this.#lexer;
    const skipped = Math.min(this.#skip, until - from);
    this.#skip -= skipped;
    if (this.#state.target !== 'nowhere') this.#addToRun(this.#bytes.toString('latin1', from + skipped, until));
  }

  #byte(byte: number): void {
    if (this.#skip > 0) this.#skip -= 1;
    else if (this.#state.target !== 'nowhere') this.#addToRun(String.fromCharCode(byte));
  }

  #addToRun(bytes: string): void {
    this.#run += bytes;
    if (this.#run.length > pieceLength) this.#flush();
  }

  #open(): void {
    if (this.#stack.length >= maxDepth) throw new UnreadableFile('damaged', 'The groups of the document are too deep.');
    this.#flush();
    this.#stack.push({ ...this.#state });
    this.#optional = false;
    this.#skip = 0;
  }

  #close(): void {
    this.#flush();
    const outer = this.#stack.pop();
    if (outer === undefined) return;
    if (outer.target !== this.#state.target && outer.target !== 'variants') this.#write('\n');
    this.#state = outer;
    this.#skip = 0;
  }

  #symbol(name: string, opens: boolean): void {
    // Some programs write the mark of an optional destination in the middle of a group, where it means nothing.
    if (name === '*') this.#optional = opens;
    else if (name === '\\' || name === '{' || name === '}') this.#byte(name.charCodeAt(0));
    else this.#character(name);
  }

  #character(name: string): void {
    const character = characters.get(name);
    if (character === undefined) return;
    this.#flush();
    this.#skip = 0;
    this.#write(character);
  }

  #word(name: string, value: number | undefined): void {
    const { target } = this.#state;
    const isOptional = this.#optional;
    this.#optional = false;
    if (name === 'bin') this.#lexer.skip(value ?? 0);
    else if (target === 'variants') this.#variant(name);
    else if (target === 'info') this.#info(name, value);
    else if (target === 'fonts') this.#font(name, value);
    else if (target === 'created' || target === 'modified') this.#date(this.#dates[target], name, value);
    else if (target !== 'nowhere') this.#ofText(name, value, isOptional);
  }

  #ofText(name: string, value: number | undefined, isOptional: boolean): void {
    const destination = destinations.get(name);
    if (destination !== undefined && this.#stack.length > 1) this.#enter(destination);
    else if ((isOptional && !transparent.has(name)) || isFormulaProperties(name)) this.#enter('nowhere');
    else if (name === 'u') this.#unicode(value ?? 0);
    else this.#format(name, value);
  }

  #enter(target: Target): void {
    this.#flush();
    this.#state.target = target;
  }

  #variant(name: string): void {
    // The target around the variants is the one of their text.
    if (name === 'ud') this.#enter(this.#stack.findLast(({ target }) => target !== 'variants')?.target ?? 'nowhere');
  }

  #info(name: string, value: number | undefined): void {
    if (name === 'nofpages') this.#pages = value;
    else if (name === 'upr') this.#enter('variants');
    else this.#enter(infoDestinations.get(name) ?? (this.#stack.length > 2 ? 'nowhere' : 'info'));
  }

  #font(name: string, value = 0): void {
    if (name === 'f') this.#definedFont = value;
    else if (name === 'cpg') this.#fonts.set(this.#definedFont, value);
    else if (name === 'fcharset' && !this.#fonts.has(this.#definedFont)) {
      const codePage = value === 2 ? 'symbols' : codePageOfCharset(value);
      if (codePage !== undefined) this.#fonts.set(this.#definedFont, codePage);
    }
  }

  #date(date: Dates, name: string, value: number | undefined): void {
    if (name === 'yr' || name === 'mo' || name === 'dy') date[name] = value ?? 0;
  }

  #format(name: string, value: number | undefined): void {
    const state = this.#state;
    if (name === 'uc') state.fallback = Math.max(0, value ?? 1);
    else if (name === 'f') this.#setFont(value ?? 0);
    else if (name === 'plain') this.#plain();
    else if (name === 'v') this.#mark('hidden', value !== 0);
    else if (name === 'deleted') this.#mark('deleted', value !== 0);
    else if (name === 'ansicpg') this.#codePage = value ?? 1252;
    else if (name === 'deff') this.#setDefaultFont(value ?? 0);
    else if (codePages.has(name)) this.#codePage = codePages.get(name) as number;
    else this.#character(name);
  }

  #unicode(value: number): void {
    this.#flush();
    this.#write(String.fromCharCode(value & 0xffff));
    this.#skip = this.#state.fallback;
  }

  #setFont(font: number): void {
    if (font === this.#state.font) return;
    this.#flush();
    this.#state.font = font;
  }

  #setDefaultFont(font: number): void {
    this.#defaultFont = font;
    this.#state.font = font;
  }

  #plain(): void {
    this.#setFont(this.#defaultFont);
    this.#mark('hidden', false);
    this.#mark('deleted', false);
  }

  #mark(what: 'hidden' | 'deleted', on: boolean): void {
    this.#flush();
    this.#state[what] = on;
  }

  /** Decodes the bytes before the font or the target changes. */
  #flush(): void {
    if (this.#run === '') return;
    const run = this.#run;
    this.#run = '';
    const codePage = this.#fonts.get(this.#state.font) ?? this.#codePage;
    const bytes = Buffer.from(run, 'latin1');
    this.#write(codePage === 'symbols' ? symbolsOf(bytes) : decodeCodePage(bytes, codePage));
  }

  #write(text: string): void {
    const { target, hidden, deleted } = this.#state;
    if (deleted) return;
    const actual = hidden ? 'hidden' : target;
    if (actual !== this.#pieceTarget || this.#piece.length > pieceLength) this.#endPiece();
    this.#pieceTarget = actual;
    this.#piece += text;
  }

  #endPiece(): void {
    if (this.#piece !== '') this.#give(this.#pieceTarget, this.#piece);
    this.#piece = '';
  }
}

/** Fonts of symbols have their characters in the private use area. Spaces stay. */
function symbolsOf(bytes: Buffer): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte <= 0x20 ? byte : 0xf000 + byte)).join('');
}

/** The date alone: its time is local, and of which place is not said. */
function dateOf({ yr = 0, mo = 0, dy = 0 }: Dates): string {
  const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
  const isDate = yr > 0 && yr < 10_000 && mo > 0 && mo < 13 && dy > 0 && dy < 32;
  return isDate ? `${pad(yr, 4)}-${pad(mo, 2)}-${pad(dy, 2)}` : '';
}
