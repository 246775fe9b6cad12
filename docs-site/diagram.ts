import { hash } from 'node:crypto';

/** The name of a drawn diagram, which changes with its source. */
export function diagramName(source: string): string {
  return `${hash('sha256', source.trim()).slice(0, 12)}.svg`;
}

/** What a diagram shows, for people who cannot see it: its `accTitle`. */
export function diagramTitle(source: string): string {
  return /^\s*accTitle: (.+)$/m.exec(source)?.[1] ?? 'Diagram';
}

/** The sources of the diagrams in a page of Markdown. */
export function diagramsIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)].map(([, source = '']) => source.trimEnd());
}
