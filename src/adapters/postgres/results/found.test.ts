import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { claimFile, createFile, finding, openTestDatabase } from '#test/support/files.ts';
import type { Database } from '../database/database.ts';
import { saveResults } from '../files/file-completion.ts';
import { listFiles } from '../files/file-lists.ts';
import type { FoundFilter } from './found.ts';
import { exportResults, listResults } from './results.ts';

const error = { error: { code: 'damaged', message: 'The end is missing.' } };

/** Files by name. `old` is of schema 1. */
const outputs: Record<string, { readonly mime_type: string; readonly [other: string]: unknown }> = {
  plain: { mime_type: 'text/plain', extension_mismatch: false, findings: {} },
  old: { mime_type: 'text/plain' },
  german: { mime_type: 'application/pdf', extension_mismatch: false, findings: { text: { language: 'de' } } },
  english: { mime_type: 'application/pdf', extension_mismatch: true, findings: { text: { language: 'en' } } },
  locked: { mime_type: 'application/pdf', extension_mismatch: false, findings: { text: { encrypted: true } } },
  zipped: { mime_type: 'application/zip', findings: { archive: { encrypted: true, entries: 2 } } },
  open: { mime_type: 'application/zip', findings: { archive: { encrypted: false, entries: 2 } } },
  damaged: { mime_type: 'application/zip', findings: { archive: error, hashes: { md5: '' } } },
  slow: { mime_type: 'application/pdf', findings: { text: { error: { ...error.error, code: 'timeout' } } } },
};

const filters: readonly (readonly [FoundFilter, names: string])[] = [
  [{}, 'plain old german english locked zipped open damaged slow'],
  [{ language: 'de' }, 'german'],
  [{ language: 'fr' }, ''],
  [{ encrypted: true }, 'locked zipped'],
  [{ encrypted: false }, 'plain old german english open damaged slow'],
  [{ extensionMismatch: true }, 'english'],
  [{ extensionMismatch: false }, 'plain old german locked zipped open damaged slow'],
  [{ findingError: 'any' }, 'damaged slow'],
  [{ findingError: 'timeout' }, 'slow'],
  [{ findingError: 'crashed' }, ''],
  [{ encrypted: true, mimeType: 'application/pdf' }, 'locked'],
  [{ encrypted: false, mimeType: 'application/*', extensionMismatch: false }, 'german open damaged slow'],
];

describe('what was found selects', () => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;
  let database: Database;
  before(async () => {
    opened = await openTestDatabase();
    database = opened.database;
    for (const [filename, output] of Object.entries(outputs)) await keep(filename, output);
  });
  after(() => opened[Symbol.asyncDispose]());

  for (const [filter, names] of filters)
    it(`${names || 'nothing'} by ${JSON.stringify(filter)}`, async () => {
      const expected = names.split(' ').filter(Boolean);
      const exported = (await Array.fromAsync(exportResults(database, filter))).flat();
      assert.deepEqual(namesOf(exported), expected);
      assert.deepEqual(namesOf(await pages((last) => resultsAfter(filter, last))), expected.toReversed());
      const { mimeType, ...findings } = filter;
      const files = { findings, ...(mimeType !== undefined && { mimeType }) };
      const listed = await pages(
        async (after) =>
          (await listFiles(database, undefined, files, { limit: 2, from: after === undefined ? undefined : { after } }))
            .files,
      );
      assert.deepEqual(namesOf(listed), expected.toReversed());
    });

  it('files of no other state', async () => {
    const findings = { encrypted: false };
    const page = { limit: 20 };
    assert.deepEqual(
      (await listFiles(database, undefined, { findings, statuses: ['PENDING', 'FAILED'] }, page)).files,
      [],
    );
    assert.deepEqual((await listFiles(database, undefined, { findings, errorCode: 'analyzer_error' }, page)).files, []);
    const { files: both } = await listFiles(
      database,
      undefined,
      { findings, statuses: ['PENDING', 'COMPLETED'] },
      page,
    );
    assert.equal(both.length, 7);
  });

  async function keep(filename: string, output: { readonly mime_type: string }): Promise<void> {
    const claimed = await claimFile(database, await createFile(database, { filename }));
    const saved = finding(claimed, { mimeType: output.mime_type, outputJson: JSON.stringify(output) });
    assert.deepEqual(await saveResults(database, [saved]), [{ outcome: 'SAVED' }]);
  }

  async function resultsAfter(filter: FoundFilter, beforeFileId: string | undefined) {
    const results = await listResults(database, filter, { limit: 2, beforeFileId });
    return results.map(({ fileId, filename }) => ({ id: fileId, filename }));
  }
});

/** All pages of two, each from the last id of the one before. */
async function pages<Item extends { readonly id: string }>(
  next: (last: string | undefined) => Promise<readonly Item[]>,
): Promise<Item[]> {
  const all: Item[] = [];
  for (;;) {
    const page = await next(all.at(-1)?.id);
    all.push(...page);
    if (page.length < 2) return all;
  }
}

function namesOf(items: readonly { readonly filename: string }[]): string[] {
  return items.map(({ filename }) => filename);
}
