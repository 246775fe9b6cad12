import type { OutputData } from './analysis.ts';

/**
 * What the outputs of most small files have in common, by number. A row of `results` says the number and holds what is different,
 * which is half of the bytes. Rows refer to these for ever, so that none may change: when an analyser changes, add another.
 *
 * What searches and the SQL of users are about is in no template: `mime_type`, counts, `sha256` and `size`.
 */
export const outputTemplates = {
  1: {
    schema: 3,
    description: 'Plain text',
    detected_by: 'extension',
    confidence: 'likely',
    candidates: [],
    extension_mismatch: false,
    word_count_of: 'text',
    charset: 'us-ascii',
    findings: {},
    analyzers: { text: '3', mime: '3', sha256: '1', size: '1', entropy: '1' },
  },
} as const satisfies Readonly<Record<number, Partial<OutputData>>>;

const present = 1;

const common = new Map<string, unknown>(Object.entries(outputTemplates[present]));
const commonJson = new Map([...common].map(([field, value]) => [field, JSON.stringify(value)]));

/** The JSON of an output as a row of `results` holds it: whole if it lacks a field that its template would give it. */
export function storedOutput(output: OutputData): string {
  for (const field of common.keys()) if (!(field in output)) return JSON.stringify(output);
  const own: Record<string, unknown> = { template: present };
  for (const [field, value] of Object.entries(output)) if (!isCommon(field, value)) own[field] = value;
  return JSON.stringify(own);
}

function isCommon(field: string, value: unknown): boolean {
  const expected = common.get(field);
  if (expected === undefined || typeof expected !== 'object') return expected === value;
  return JSON.stringify(value) === commonJson.get(field);
}
