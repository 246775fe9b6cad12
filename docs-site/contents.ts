import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the repository, in which the pages lie as Markdown. */
export const repository = join(import.meta.dirname, '..');

/** A page of the guide. */
export interface Page {
  /** Its Markdown, relative to the repository: `docs/deploy.md`. */
  readonly source: string;
  /** Where it lies in the built guide: `deploy.html`. */
  readonly output: string;
  readonly title: string;
  readonly text: string;
}

export interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}

/** In the order of the menu. A page of docs/ that is not named here is put under More. */
const order: readonly (readonly [title: string, sources: readonly string[]])[] = [
  ['Start here', ['docs/README.md', 'docs/start.md', 'docs/install.md', 'docs/concepts.md', 'docs/compare.md']],
  ['How to', markdownIn('docs/how-to')],
  [
    'Use it',
    ['docs/clients.md', 'docs/mcp.md', 'docs/analysis.md', 'docs/webhooks.md', 'docs/retention.md', 'docs/security.md'],
  ],
  ['Run it', ['docs/deploy.md', 'docs/operations.md', 'docs/proxies.md', 'docs/reliability.md', 'docs/performance.md']],
  ['Reference', ['docs/settings.md', ...markdownIn('docs/reference'), 'docs/errors.md', 'docs/metrics.md']],
  [
    'The project',
    ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/design.md', 'docs/mutants.md'],
  ],
  ['Decisions', markdownIn('docs/adr')],
];

/** Every page, by section. */
export function readSections(): readonly Section[] {
  const named = new Set(order.flatMap(([, sources]) => sources));
  const present = new Set([...markdownIn('docs'), ...named].filter(isThere));
  const rest = [...present].filter((source) => !named.has(source));
  return [...order, ['More', rest] as const]
    .map(([title, sources]) => ({ title, pages: sources.filter((source) => present.has(source)).map(readPage) }))
    .filter(({ pages }) => pages.length > 0);
}

function readPage(source: string): Page {
  const text = readFileSync(join(repository, source), 'utf8');
  const title = /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '');
  if (title === undefined) throw new Error(`${source} has no title: its first heading must be "# …".`);
  return { source, output: outputOf(source), title, text };
}

/** Pages keep their place below docs/; those of the repository's root go to a folder of their own. */
function outputOf(source: string): string {
  const name = source.startsWith('docs/') ? source.slice('docs/'.length) : `project/${source.toLowerCase()}`;
  return name.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html');
}

function markdownIn(folder: string): readonly string[] {
  if (!isThere(folder)) return [];
  return names(folder)
    .filter((name) => name.endsWith('.md'))
    .sort((one, other) => Number(other === 'README.md') - Number(one === 'README.md') || (one < other ? -1 : 1))
    .map((name) => `${folder}/${name}`);
}

function isThere(path: string): boolean {
  const slash = path.lastIndexOf('/');
  return names(path.slice(0, Math.max(slash, 0))).includes(path.slice(slash + 1));
}

function names(folder: string): readonly string[] {
  return readdirSync(join(repository, folder));
}
