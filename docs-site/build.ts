/** `npm run build:docs`: the guide, in docs-site/dist. It works at any address, behind any proxy, and from the disk. */

import { cp, rm, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import Eleventy, { type UserConfig } from '@11ty/eleventy';
import { build } from 'vite';
import { compressTexts } from './compress.ts';
import { type Page, readSections, repository } from './contents.ts';
import { isCopied, relativeTo } from './links.ts';
import { renderMarkdown } from './markdown.ts';
import { searchScript } from './search-index.ts';

const here = import.meta.dirname;
const output = join(here, 'dist');
const assets = join(output, 'assets');

const sections = readSections();
const list = sections.flatMap(({ pages }) => pages);
const pages = new Map(list.map((page) => [page.source, page]));
const rendered = new Map<Page, string>();

await rm(output, { recursive: true, force: true });
process.chdir(here);
await new Eleventy('layout', 'dist', { quietMode: true, config: configure }).write();
for (const name of new Set([...rendered].flatMap(filesOf)))
  await cp(join(repository, 'docs', name), join(output, name));
await cp('assets', assets, { recursive: true });
await writeFile(join(assets, 'search-index.js'), searchScript(rendered));
await buildClient();
await compressTexts(output);
console.log(`The guide is in docs-site/dist: ${rendered.size} pages`);

function configure(config: UserConfig): object {
  config.setLibrary('md', { render: (_text, { source }) => render(source) });
  for (const page of list) config.addTemplate(page.source, page.text, dataOf(page));
  return { markdownTemplateEngine: false, templateFormats: ['md'] };
}

function render(source: string): string {
  const page = pages.get(source) as Page;
  const html = renderMarkdown(page, pages);
  rendered.set(page, html);
  return html;
}

/** The pictures and other files of docs/ that a page refers to. */
function filesOf([page, html]: readonly [Page, string]): string[] {
  const links = [...html.matchAll(/ (?:src|href)="([^":#]+)"/g)].map(([, link = '']) => link);
  return links.map((link) => posix.join(posix.dirname(page.output), link)).filter(isCopied);
}

/** What the layout is filled with. */
function dataOf(page: Page): Readonly<Record<string, unknown>> {
  const link = (other: Page | undefined) => other && { title: other.title, href: relativeTo(page, other.output) };
  const at = list.indexOf(page);
  const menu = sections.map((section) => ({
    title: section.title,
    isOpen: section.pages.includes(page),
    pages: section.pages.map((other) => ({ ...link(other), isHere: other === page })),
  }));
  return {
    layout: 'page.liquid',
    permalink: page.output,
    root: '../'.repeat(page.output.split('/').length - 1),
    source: page.source,
    title: page.title,
    menu,
    before: link(list[at - 1]),
    after: link(list[at + 1]),
  };
}

/** Scripts that run as they are when a page comes from the disk, where no modules are loaded. */
async function buildClient(): Promise<void> {
  for (const name of ['guide', 'theme'])
    await build({
      root: here,
      logLevel: 'warn',
      publicDir: false,
      build: {
        outDir: assets,
        emptyOutDir: false,
        lib: { entry: `client/${name}.ts`, formats: ['iife'], name, fileName: () => `${name}.js` },
      },
    });
}
