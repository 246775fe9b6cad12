import { z } from 'zod';
import { checkedRegistry, analyzers as standard } from '#analysis/registry.ts';
import type { FileAnalyzer } from '#domain/analysis.ts';

/** For tests, which alone may select it: looks at plain texts once more, and does wrong if the file's name asks for it. */
const ends: FileAnalyzer = {
  name: 'ends',
  version: '7',
  needs: ['size'],
  finds: 'ends',
  accepts: ({ mime_type }) => mime_type === 'text/plain',
  schema: z.object({ first: z.string(), last: z.string() }),
  async analyze(blob, { filename, core }) {
    if (filename === 'slow') for (;;);
    const byte = async (offset: number) => {
      const into = new Uint8Array(1);
      return String.fromCharCode(...into.subarray(0, await blob.read(offset, into)));
    };
    const found = { first: await byte(0), last: await byte(core.size - 1), beside: 'the schema' };
    return { findings: filename === 'wrong' ? { ...found, last: 5 } : found };
  },
};

/** Builds on what `ends` found. */
const same: FileAnalyzer = {
  name: 'same',
  version: '1',
  needs: ['ends'],
  finds: 'same',
  accepts: ({ mime_type }) => mime_type === 'text/plain',
  schema: z.object({ same: z.boolean() }),
  analyze: async (_blob, { findings: { ends } }) => ({ findings: { same: ends?.first === ends?.last } }),
};

export const analyzers = checkedRegistry([same, ends, ...standard]);
