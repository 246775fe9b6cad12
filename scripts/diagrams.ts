import { spawnSync } from 'node:child_process';
import { mkdir, mkdtempDisposable, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { readSections } from '../docs-site/contents.ts';
import { diagramName, diagramsIn } from '../docs-site/diagram.ts';

/**
 * `npm run diagrams`: draws the Mermaid diagrams of the pages into docs/diagrams, where the guide takes them from. In the
 * browser of a reader, Mermaid would weigh 3 MB and need inline styles. It is installed for this run alone; the browser
 * is Debian's Chromium.
 */
const mermaid = 'mermaid@12.3.0';
const folder = join(import.meta.dirname, '..', 'docs', 'diagrams');

const sources = readSections().flatMap(({ pages }) => pages.flatMap(({ text }) => diagramsIn(text)));
const wanted = new Map(sources.map((source) => [diagramName(source), source]));
await mkdir(folder, { recursive: true });
const drawn = await readdir(folder);
for (const name of drawn.filter((name) => !wanted.has(name))) await rm(join(folder, name));
const missing = [...wanted].filter(([name]) => !drawn.includes(name));
if (missing.length > 0) await draw(missing);

async function draw(diagrams: readonly (readonly [name: string, source: string])[]): Promise<void> {
  await using scratch = await mkdtempDisposable(join(tmpdir(), 'filemill-mermaid-'));
  const install = ['install', '--prefix', scratch.path, '--no-audit', '--no-fund', '--ignore-scripts', mermaid];
  if (spawnSync('npm', install, { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
    throw new Error(`${mermaid} could not be installed`);
  const script = await readFile(join(scratch.path, 'node_modules', 'mermaid', 'dist', 'mermaid.min.js'), 'utf8');
  const isRoot = process.getuid?.() === 0;
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: !isRoot });
  const page = await browser.newPage();
  await page.addScriptTag({ content: script });
  for (const [name, source] of diagrams) {
    const svg = await page.evaluate(render, source);
    await writeFile(join(folder, name), inBothThemes(svg));
    console.log(`docs/diagrams/${name}`);
  }
  await browser.close();
}

/** Runs in the page. */
async function render(source: string): Promise<string> {
  const { mermaid } = globalThis as unknown as {
    mermaid: { initialize(settings: object): void; render(id: string, source: string): Promise<{ svg: string }> };
  };
  mermaid.initialize({ startOnLoad: false, theme: 'neutral', htmlLabels: false, flowchart: { htmlLabels: false } });
  return (await mermaid.render('diagram', source)).svg;
}

/** As an image a diagram has no part in the page's styles, and no size of its own unless it states one. It follows the browser's theme. */
function inBothThemes(svg: string): string {
  const dark = '@media (prefers-color-scheme: dark) { #diagram { filter: invert(1) hue-rotate(180deg); } }';
  const [, width = '', height = ''] = /viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  const sized = svg.replace(
    'width="100%"',
    `width="${Math.round(Number(width))}" height="${Math.round(Number(height))}"`,
  );
  return `${sized.replace('<style>', `<style>${dark}`)}\n`;
}
