import type { Reading } from './reading.ts';

const line = /^(?:\s*#.*|\s*- .*|\s*-\s*|\s*["']?[\w./$-][^:#]*:(?: .*)?\s*|---(?: .*)?|\.\.\.|\s*)$/;

export const yaml: Reading = {
  mime: 'application/yaml',
  extensions: ['yaml', 'yml'],
  judge({ text }) {
    if (text.startsWith('%YAML ')) return 'certain';
    if (!/^---\r?\n/.test(text)) return 'possible';
    // Markdown may begin with the same line: YAML all through is what makes the difference.
    const lines = text.split(/\r?\n/, 200);
    return lines.length > 2 && lines.slice(0, -1).every((each) => line.test(each)) ? 'likely' : 'possible';
  },
};
