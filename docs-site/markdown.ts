import { existsSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import highlight from 'highlight.js/lib/common';
import { Marked, type RendererObject, type Token, type Tokens } from 'marked';
import { type Page, repository } from './contents.ts';
import { diagramName, diagramTitle } from './diagram.ts';
import { guideLink, relativeTo } from './links.ts';

/** The HTML of a page, as GitHub would render it, without an inline script or style. */
export function renderMarkdown(page: Page, pages: ReadonlyMap<string, Page>): string {
  const html = new Marked({ renderer: rendererOf(page, pages) }).parse(page.text, { async: false });
  // What is wider than the page scrolls by itself, by the keyboard too.
  return (
    html
      .replaceAll('<table>', '<div class="wide" role="group" aria-label="Table" tabindex="0"><table>')
      .replaceAll('</table>', '</table></div>')
      // A heading without a text is none.
      .replace(/<th([^>]*)><\/th>/g, '<td$1></td>')
  );
}

function rendererOf(page: Page, pages: ReadonlyMap<string, Page>): RendererObject {
  const slugger = new GithubSlugger();
  return {
    heading({ tokens, depth }) {
      const id = slugger.slug(plainText(tokens));
      const text = this.parser.parseInline(tokens);
      if (depth === 1) return `<h1 id="${id}">${text}</h1>\n`;
      return `<h${depth} id="${id}">${text} <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${depth}>\n`;
    },
    code: ({ text, lang }) => (lang === 'mermaid' ? diagram(text, page) : codeBlock(text, lang)),
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      const way = guideLink(href, page, pages);
      return way === undefined ? `<span class="source" title="${attribute(href)}">${text}</span>` : anchor(way, text);
    },
    image: ({ href, text }) =>
      `<img src="${attribute(guideLink(href, page, pages) ?? href)}" alt="${attribute(text)}" loading="lazy">`,
  };
}

function anchor(href: string, text: string): string {
  const rel = /^https?:/.test(href) ? ' rel="noreferrer"' : '';
  return `<a href="${attribute(href)}"${rel}>${text}</a>`;
}

function codeBlock(text: string, language: string | undefined): string {
  const known = language !== undefined && highlight.getLanguage(language) !== undefined;
  const html = known ? highlight.highlight(text, { language }).value : attribute(text);
  return `<pre role="group" aria-label="Code" tabindex="0"><code>${html}</code></pre>\n`;
}

/** Diagrams are drawn beforehand, by `npm run diagrams`; one that is not yet drawn is shown as its source. */
function diagram(source: string, page: Page): string {
  const name = `diagrams/${diagramName(source)}`;
  if (!existsSync(join(repository, 'docs', name))) return codeBlock(source, undefined);
  const title = attribute(diagramTitle(source));
  return `<p class="wide" role="group" aria-label="${title}" tabindex="0"><img src="${relativeTo(page, name)}" alt="${title}"></p>\n`;
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token ? plainText(token.tokens ?? []) : (token as Tokens.Text).text))
    .join('');
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
