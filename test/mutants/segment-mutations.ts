import type { Mutation } from './mutation.ts';

const writer = 'src/adapters/volume/segments/segment-writer.ts';
const store = 'src/adapters/volume/segments/segment-store.ts';
const deletions = 'src/adapters/postgres/upkeep/blob-deletions.ts';
const storeTest = 'src/adapters/volume/segments/segment-store.test.ts';
const upkeepTest = 'src/adapters/postgres/upkeep/upkeep.test.ts';
const manyTest = 'test/services/upload/upload-many.test.ts';
const moves = {
  file: upkeepTest,
  name: 'a row changes hands only from the key that was copied, and the old key is emptied ten minutes later',
};

/** The same promises for small files, which share segments and streams. */
export const segmentMutations: readonly Mutation[] = [
  {
    name: 'no-segment-sync',
    breaks: 'fdatasync of the segment before its keys are told',
    file: writer,
    edits: [{ search: '      await segment.file.datasync();\n', replace: '' }],
    test: { file: storeTest, name: 'takes many blobs with one sync, and gives each of them back' },
  },
  {
    name: 'segment-unfenced',
    breaks: 'looking whether the segment was taken for abandoned meanwhile',
    file: writer,
    edits: [{ search: '      await this.#requireOwn(segment);\n', replace: '' }],
    test: { file: storeTest, name: 'tells of nothing that it took after somebody else had closed it' },
  },
  {
    name: 'segment-goes-on-after-failure',
    breaks: 'leaving a segment whose last sync has failed',
    file: writer,
    edits: [
      {
        search: 'await segment.file.truncate(begin).catch(() => undefined);\n      await this.#seal();',
        replace: 'await segment.file.truncate(begin).catch(() => undefined);',
      },
    ],
    test: { file: storeTest, name: 'takes no more after a failure, and nothing of the failed batch is kept' },
  },
  {
    name: 'segment-left-open',
    breaks: 'closing a segment that there was no room to begin',
    file: writer,
    edits: [{ search: '    await file?.close();\n', replace: '' }],
    test: {
      file: storeTest,
      name: 'leaves no file, no mark and nothing open behind when there is no room for a new one',
    },
  },
  {
    name: 'torn-tail-stays',
    breaks: 'cutting what a crash left half written at the end of a segment',
    file: store,
    edits: [
      { search: 'await truncate(segmentPath(this.#root, segment), wholeBytes).catch(ignoreMissing);', replace: '' },
    ],
    test: { file: storeTest, name: 'loses what was half written at its end, at the next start, and nothing else' },
  },
  {
    name: 'damaged-segment-given-back',
    breaks: 'leaving a damaged segment alone',
    file: store,
    edits: [{ search: "rest === 'damaged' || bytesOf", replace: 'bytesOf' }],
    test: { file: storeTest, name: 'keeps whole records behind a damaged one, and is never given back' },
  },
  {
    name: 'removal-by-place-alone',
    breaks: 'removing only the record that a key describes',
    file: store,
    edits: [{ search: ' || head.length !== length || head.crc32c !== sum) return;', replace: ') return;' }],
    test: { file: storeTest, name: 'is not what another key points at' },
  },
  {
    name: 'crc32c-unchecked',
    breaks: 'comparing what the worker reads of a segment with its CRC32C',
    file: 'src/analysis/run/pass.ts',
    edits: [{ search: 'this.#sum !== this.#expected', replace: 'false' }],
    test: {
      file: 'test/services/worker/worker.test.ts',
      name: 'notices a flipped bit, also where no SHA-256 was declared',
    },
  },
  {
    name: 'move-without-compare',
    breaks: 'the compare-and-set of a move',
    file: deletions,
    edits: [{ search: 'where f.id = i.id and f.storage_key = i.from_key', replace: 'where f.id = i.id' }],
    test: moves,
  },
  {
    name: 'moved-emptied-at-once',
    breaks: 'leaving the old place of a moved file to who still reads it',
    file: deletions,
    edits: [{ search: 'movedForMs = 10 * 60_000', replace: 'movedForMs = 0' }],
    test: moves,
  },
  {
    name: 'copies-removed-on-unknown-outcome',
    breaks: 'keeping copies when nobody knows whether rows name them',
    file: 'src/services/upload/duties/compactor.ts',
    edits: [
      {
        search: 'const moved = new Set((await lifecycle.moveBlobs(columns, { signal })).ids);',
        replace:
          'const moved = new Set((await lifecycle.moveBlobs(columns, { signal }).catch(() => ({ ids: [] as string[] }))).ids);',
      },
    ],
    test: {
      file: 'test/services/upload/duties.test.ts',
      name: 'removes no copy while nobody knows whether its row names it',
    },
  },
  {
    name: 'one-refusal-for-the-message',
    breaks: 'refusing a file of a message by itself',
    file: 'src/services/upload/many/many-files.ts',
    edits: [
      {
        search: 'begun.push(file);\n      } catch (refusal) {\n        this.#refuse(file, refusal);',
        replace:
          'begun.push(file);\n      } catch (refusal) {\n        return void parts.map(({ sequence }) => this.#tell({ sequence, answer: { refusal } }));',
      },
    ],
    test: {
      file: manyTest,
      name: 'refuses another SHA-256 than declared with CHECKSUM_MISMATCH, and harms no other file',
    },
  },
  {
    name: 'stream-not-awaited',
    breaks: 'answering every file of a stream that has ended',
    file: 'src/services/upload/many/many-files.ts',
    edits: [{ search: '    while (this.#unanswered > 0) await this.#nextAnswer();\n', replace: '' }],
    test: { file: manyTest, name: 'keeps many files, whole and in pieces, packed' },
  },
];
