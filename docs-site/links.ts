import { dirname, extname, posix } from 'node:path';
import type { Page } from './contents.ts';

/** Files of docs/ that the guide has beside its pages. */
const copied: readonly string[] = ['.png', '.svg', '.json', '.cast'];

/** Whether the guide has a file of docs/ as it is. */
export function isCopied(path: string): boolean {
  return copied.includes(extname(path));
}

/**
 * Where a link of a page leads within the guide. Undefined for files of the repository that the guide does not have, such
 * as sources. That every link leads somewhere is what links.test.ts checks.
 */
export function guideLink(href: string, from: Page, pages: ReadonlyMap<string, Page>): string | undefined {
  if (/^([a-z]+:|#)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(posix.dirname(from.source), path).replace(/\/$/, '');
  const output = outputOf(target, pages);
  if (output === undefined) return undefined;
  const way = relativeTo(from, output);
  return anchor === undefined ? way : `${way}#${anchor}`;
}

/** From a page to another file of the guide; relative, so that the guide works wherever a proxy or a person puts it. */
export function relativeTo(from: Page, output: string): string {
  return posix.relative(dirname(from.output), output) || posix.basename(output);
}

function outputOf(target: string, pages: ReadonlyMap<string, Page>): string | undefined {
  const page = pages.get(target) ?? pages.get(`${target}/README.md`);
  if (page !== undefined) return page.output;
  if (target === 'README.md' || target === 'docs') return pages.get('docs/README.md')?.output;
  return target.startsWith('docs/') && isCopied(target) ? target.slice('docs/'.length) : undefined;
}
