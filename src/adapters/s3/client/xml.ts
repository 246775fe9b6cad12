import { DomUtils, parseDocument } from 'htmlparser2';

/** An element of an answer, read by the names of its children. */
export interface XmlElement {
  /** The text of the first descendant of that name; undefined if there is none. */
  text(name: string): string | undefined;
  /** Every descendant of that name. */
  all(name: string): readonly XmlElement[];
}

export function parseXml(text: string): XmlElement {
  return elementOf(parseDocument(text, { xmlMode: true }).children);
}

type Nodes = Parameters<typeof DomUtils.getElementsByTagName>[1];

function elementOf(nodes: Nodes): XmlElement {
  return {
    text: (name) => {
      const [found] = DomUtils.getElementsByTagName(name, nodes, true, 1);
      return found && DomUtils.textContent(found);
    },
    all: (name) => DomUtils.getElementsByTagName(name, nodes).map((found) => elementOf(found.children)),
  };
}

/** Text that may stand in an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
