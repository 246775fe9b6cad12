import type { Part } from '../reader.ts';
import { type ElementRule, impliedEnds, tableParts } from './elements.ts';

export interface OpenElement {
  readonly name: string;
  /** The part that its text belongs to; null leaves it out. */
  readonly part: Part | null;
  readonly asIs: boolean;
  /** Whether its content is SVG or MathML. */
  readonly isForeign: boolean;
}

/** Elements within more than this many others are taken for siblings, as browsers do; searches are bounded by it, too. */
const maxDepth = 512;

/** Where HTML may stand within SVG and MathML. */
const htmlWithin: ReadonlySet<string> = new Set(['foreignobject', 'desc', 'title', 'mtext', 'annotation-xml']);

/** End tags of other elements than parts of tables do not reach out of these. */
const cells: ReadonlySet<string> = new Set(['td', 'th']);
const nowhere: ReadonlySet<string> = new Set();

/** The elements around the place that is read, the outermost first. */
export class OpenElements {
  readonly #stack: OpenElement[] = [{ name: '', part: 'body', asIs: false, isForeign: false }];
  /** How many elements of each name are in the stack: most searches would find nothing. */
  readonly #counts = new Map<string, number>();
  /** How many elements are open beyond `maxDepth`. */
  #deeper = 0;

  get innermost(): OpenElement {
    return this.#stack.at(-1) as OpenElement;
  }

  /** Ends the elements that cannot contain the one that begins. */
  before(name: string): void {
    const implied = impliedEnds.get(name);
    if (implied !== undefined) this.#end(implied.ends, implied.within);
  }

  begin(name: string, rule: ElementRule | undefined, isHidden: boolean): void {
    if (this.#stack.length > maxDepth) {
      this.#deeper += 1;
      return;
    }
    const { part, asIs, isForeign } = this.innermost;
    this.#count(name, 1);
    this.#stack.push({
      name,
      part: narrower(part, isHidden ? 'hidden' : rule?.part),
      asIs: asIs || rule?.asIs === true,
      isForeign: name === 'svg' || name === 'math' || (isForeign && !htmlWithin.has(name)),
    });
  }

  /** An end tag without its beginning is ignored. */
  end(name: string): void {
    if (this.#deeper > 0) {
      this.#deeper -= 1;
      return;
    }
    this.#end(new Set([name]), tableParts.has(name) ? nowhere : cells);
  }

  /** Ends the innermost of the elements called `names`, unless one of `within` is further in. */
  #end(names: ReadonlySet<string>, within: ReadonlySet<string>): void {
    if (!names.values().some((name) => this.#counts.has(name))) return;
    const at = this.#stack.findLastIndex(({ name }) => names.has(name) || within.has(name));
    if (!names.has((this.#stack[at] as OpenElement).name)) return;
    for (const { name } of this.#stack.splice(at)) this.#count(name, -1);
    this.#deeper = 0;
  }

  #count(name: string, more: number): void {
    const count = (this.#counts.get(name) ?? 0) + more;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}

/** The part of text in an element: what is left out stays so, and nothing within hidden text is visible. */
function narrower(outer: Part | null, inner: Part | null | undefined): Part | null {
  if (inner === undefined || outer === null) return outer;
  return inner !== null && outer === 'hidden' ? outer : inner;
}
