import type { Answer } from './detector.ts';
import type { Contents } from './zip-archives.ts';

const keynote = 'application/vnd.apple.keynote';
const pages = 'application/vnd.apple.pages';
const numbers = 'application/vnd.apple.numbers';

/** The type of a document of Apple's iWork: from 2013 on a set of `.iwa` objects, before that one XML file. */
export async function iWorkType({ names, text }: Contents): Promise<Answer> {
  if (names.some((name) => /^index\.apxl(?:\.gz)?$/.test(name))) return keynote;
  const [, root] = /<(?:\?[^>]*>\s*<)?(sl|ls|key):\w+/.exec((await text('index.xml')).slice(0, 4_096)) ?? [];
  if (root !== undefined) return { sl: pages, ls: numbers, key: keynote }[root];
  if (!names.some((name) => /(?:^|\/)Index(?:\.zip$|\/Document\.iwa$)/.test(name))) return undefined;
  if (names.some((name) => /(?:^|\/)Index\/(?:Slide|MasterSlide|TemplateSlide)/.test(name))) return keynote;
  return (await isPages(text))
    ? pages
    : names.some((name) => /\/Document\.iwa$/.test(name))
      ? numbers
      : 'application/vnd.apple.iwork';
}

/**
 * Whether the first object of the document is one of Pages (number 10000); that of Numbers and Keynote has the number 1. It
 * stands behind the first tag of the compression, within a message that holds an identifier and a list of messages.
 */
async function isPages(text: Contents['text']): Promise<boolean> {
  const start = (await text('Index/Document.iwa')).slice(0, 64);
  return start.includes('\x08\x90\x4e');
}
