import type { Reading } from './reading.ts';

const heading = /^#{1,6} \S/m;
/** Marks that, beside a heading, make it Markdown rather than a script with comments. */
const marks = [/^```/m, /\[[^\]\n]+\]\([^)\s]+\)/, /\*\*[^*\n]+\*\*/];

export const markdown: Reading = {
  mime: 'text/markdown',
  extensions: ['md', 'markdown', 'mkd', 'mdown'],
  judge({ text }) {
    // Most texts have no heading: looking for a part of it is a lot faster than the expression.
    if (!text.includes('# ')) return 'possible';
    return heading.test(text) && marks.some((mark) => mark.test(text)) ? 'likely' : 'possible';
  },
};
