import type { XmlElement } from '../xml/element.ts';
import type { XmlHandler } from '../xml/scanner.ts';
import type { OfficePackage } from './package.ts';

/** The ids of the styles whose text is hidden. Most documents have none, and then their styles are not parsed. */
export async function hiddenStyles(office: OfficePackage, main: string): Promise<ReadonlySet<string>> {
  const handler = new StylesHandler();
  for (const part of await office.related(main, 'styles'))
    if ((await office.parts.bytes(part)).includes('vanish')) await office.scan(part, handler);
  return handler.hidden;
}

/** Styles of paragraphs and characters (ISO/IEC 29500-1, 17.7). A style without a say follows that on which it is based. */
class StylesHandler implements XmlHandler {
  readonly hidden = new Set<string>();
  #style = '';
  #isInParagraphMark = false;

  open(element: XmlElement): void {
    const { name } = element;
    if (name === 'w:style') this.#style = element.get('w:styleId') ?? '';
    else if (name === 'w:pPr') this.#isInParagraphMark = true;
    else if (name === 'w:basedOn' && this.hidden.has(element.get('w:val') ?? '')) this.hidden.add(this.#style);
    else if (name === 'w:vanish' && !this.#isInParagraphMark) this.#set(isOn(element));
  }

  close(name: string): void {
    if (name === 'w:pPr') this.#isInParagraphMark = false;
    else if (name === 'w:style') this.#style = '';
  }

  text(): void {}

  #set(isHidden: boolean): void {
    if (isHidden && this.#style !== '') this.hidden.add(this.#style);
    else this.hidden.delete(this.#style);
  }
}

/** Whether an element that switches a property on does so. */
export function isOn(element: XmlElement): boolean {
  return !offValues.has(element.get('w:val') ?? '');
}

const offValues: ReadonlySet<string> = new Set(['0', 'false', 'off']);
