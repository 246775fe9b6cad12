import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import GithubSlugger from 'github-slugger';
import { Marked, type Token, type Tokens } from 'marked';
import { readSections, repository } from './contents.ts';
import { diagramName, diagramsIn } from './diagram.ts';

const parser = new Marked();
const sources = ['README.md', ...readSections().flatMap(({ pages }) => pages.map(({ source }) => source))];

describe('the pages of docs/, and the README', () => {
  for (const source of sources)
    it(`${source} links to what exists`, () => {
      const text = readFileSync(join(repository, source), 'utf8');
      const broken = linksIn(text).filter((href) => !leadsSomewhere(source, href));
      assert.deepEqual(broken, []);
    });

  it('have their diagrams drawn for the guide', () => {
    const texts = readSections().flatMap(({ pages }) => pages.map(({ text }) => text));
    const missing = texts
      .flatMap(diagramsIn)
      .filter((diagram) => !existsSync(join(repository, 'docs', 'diagrams', diagramName(diagram))));
    assert.deepEqual(missing, [], 'Run: npm run diagrams');
  });
});

function linksIn(markdown: string): string[] {
  const links: string[] = [];
  new Marked({
    walkTokens: (token) => void ((token.type === 'link' || token.type === 'image') && links.push(token.href as string)),
  }).parse(markdown, { async: false });
  return links.filter((href) => !/^[a-z]+:/.test(href));
}

function leadsSomewhere(source: string, href: string): boolean {
  const [path = '', anchor] = href.split('#');
  const target = path === '' ? join(repository, source) : join(repository, dirname(source), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || !target.endsWith('.md') || anchorsIn(readFileSync(target, 'utf8')).includes(anchor);
}

/** The anchors that GitHub gives to headings, and the guide too. */
function anchorsIn(markdown: string): string[] {
  const slugger = new GithubSlugger();
  const headings = parser.lexer(markdown).filter((token) => token.type === 'heading');
  return headings.map((heading) => slugger.slug(plainText([heading])));
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token ? plainText(token.tokens ?? []) : (token as Tokens.Text).text))
    .join('');
}
