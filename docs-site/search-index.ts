import MiniSearch from 'minisearch';
import { type Passage, searchOptions } from './client/search-options.ts';
import type { Page } from './contents.ts';

/**
 * A script that leaves the index of all sections in a global variable: unlike JSON, it can be loaded by a page that was
 * opened from the disk.
 */
export function searchScript(rendered: ReadonlyMap<Page, string>): string {
  const index = new MiniSearch(searchOptions);
  index.addAll(
    [...rendered].flatMap(([page, html]) => passagesOf(page, html)).map((passage, id) => ({ id, ...passage })),
  );
  return `globalThis.guideIndex = ${JSON.stringify(JSON.stringify(index))};\n`;
}

/** One for the beginning of the page, and one for each section. */
function passagesOf(page: Page, html: string): Passage[] {
  return html.split(/(?=<h[23] id=)/).map((part) => {
    const [, id, heading] = /^<h[23] id="([^"]+)">(.*?) <a class="anchor"/.exec(part) ?? [];
    return {
      page: page.title,
      heading: heading === undefined ? page.title : plain(heading),
      address: id === undefined ? page.output : `${page.output}#${id}`,
      text: plain(part.replace(/^<h[1-3].*?<\/h[1-3]>/s, '')),
    };
  });
}

function plain(html: string): string {
  return html
    .replace(/<!--.*?-->|<[^>]*>/gs, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
