import { z } from 'zod';
import { checkedRegistry, analyzers as standard } from '#analysis/registry.ts';
import { type FileAnalyzer, UnreadableFile } from '#domain/analysis.ts';

/** For tests, which alone may select it: looks at plain texts once more, and does wrong if the file's name asks for it. */
const ends: FileAnalyzer = {
  name: 'ends',
  version: '7',
  needs: ['size'],
  finds: 'edges',
  accepts: ({ mime_type }) => mime_type === 'text/plain',
  unknown: { word_count: null },
  schema: z.object({ first: z.string(), last: z.string() }),
  async analyze(blob, { filename, core }) {
    await harms[filename]?.();
    const byte = async (offset: number) => {
      const into = new Uint8Array(1);
      return String.fromCharCode(...into.subarray(0, await blob.read(offset, into)));
    };
    const findings = { first: await byte(0), last: await byte(core.size - 1), beside: 'the schema' };
    if (filename === 'wrong') return { findings: { ...findings, last: 5 } };
    return { findings, core: { word_count: 1_000 } };
  },
};

const harms: Readonly<Record<string, () => void>> = {
  slow() {
    for (;;);
  },
  crash() {
    process.kill(process.pid, 'SIGSEGV');
    for (;;);
  },
  crashLater() {
    setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 30);
  },
  large() {
    const kept: Buffer[] = [];
    while (kept.length < 4_000) kept.push(Buffer.alloc(2 ** 20, 1));
  },
  throw() {
    throw new Error('the content upset me');
  },
  damaged() {
    throw new UnreadableFile('damaged', 'The middle is missing.');
  },
  async write() {
    const { writeFile } = await import('node:fs/promises');
    await writeFile('/tmp/filemill-must-not-be-here', 'written by an analyser');
  },
  async connect() {
    const { connect } = await import('node:net');
    await new Promise((resolve, reject) => connect(9, '127.0.0.1').on('connect', resolve).on('error', reject));
  },
  async spawn() {
    const { execFileSync } = await import('node:child_process');
    execFileSync('true');
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
  analyze: async (_blob, { findings: { edges } }) => ({ findings: { same: edges?.first === edges?.last } }),
};

export const registryOf = () => checkedRegistry([same, ends, ...standard.filter((analyzer) => 'start' in analyzer)]);
