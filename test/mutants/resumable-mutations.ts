import type { Mutation } from './mutation.ts';

const append = 'src/services/upload/resumable/append.ts';
const appendTest = 'src/services/upload/resumable/append.test.ts';
const objectName = 'src/adapters/volume/objects/object-name.ts';
const partialTest = 'src/adapters/volume/partial/local-partial-blob-store.test.ts';
const client = 'src/sdk/upload-resumable.ts';
const clientTest = 'src/sdk/upload-resumable.test.ts';
const routeTest = 'test/services/upload/append-upload.test.ts';

/** The same promises for uploads in several calls. */
export const resumableMutations: readonly Mutation[] = [
  {
    name: 'append-not-synced',
    breaks: 'fsync of what an append brought before its offset is told',
    file: append,
    edits: [{ search: 'finally {\n    await blob.sync();\n', replace: 'finally {\n' }],
    test: { file: appendTest, name: 'makes what came durable before it ends, also when its stream breaks' },
  },
  {
    name: 'append-anywhere',
    breaks: 'appending only where the bytes end',
    file: append,
    edits: [
      {
        search: '  if (start.offset !== BigInt(blob.size)) throw offsetMismatch(start.offset, blob.size);\n',
        replace: '  if (start.offset < 0n) throw offsetMismatch(start.offset, blob.size);\n',
      },
    ],
    test: { file: routeTest, name: 'at an offset that is not the end' },
  },
  {
    name: 'append-unfenced',
    breaks: 'looking at the lock before each write',
    file: append,
    edits: [{ search: '  lock.assertHeld();\n  await blob.write(chunk);', replace: '  await blob.write(chunk);' }],
    test: { file: appendTest, name: 'writes nothing once its lock is lost' },
  },
  {
    name: 'taken-back-unfenced',
    breaks: 'looking at the lock before bytes are taken back',
    file: append,
    edits: [
      {
        search: '  options.lock.assertHeld();\n  await options.blob.truncate',
        replace: '  await options.blob.truncate',
      },
    ],
    test: { file: appendTest, name: 'takes nothing back once its lock is lost: what is there may be of another' },
  },
  {
    name: 'mismatch-counts',
    breaks: 'noting that the bytes of an append do not count until they have its checksum',
    file: append,
    edits: [{ search: '  await note(options, from);\n', replace: '' }],
    test: { file: routeTest, name: 'with other bytes than its checksum' },
  },
  {
    name: 'unchecked-bytes-count',
    breaks: 'taking back what a dead process has not compared with its checksum',
    file: append,
    edits: [
      {
        search:
          '  if (upload.record.uncheckedFrom !== undefined) await rollBack(options, upload.record.uncheckedFrom);\n',
        replace: '',
      },
    ],
    test: { file: routeTest, name: 'is not kept in part when its process dies, whoever goes on' },
  },
  {
    name: 'no-link-sync',
    breaks: 'fsync of the directory after the link of a complete upload',
    file: objectName,
    edits: [{ search: "    await syncShardOf(id);\n    await failpoint('upload.folder-synced');", replace: '' }],
    test: { file: partialTest, name: 'links the synced bytes, then syncs the folder of the link' },
  },
  {
    name: 'move-not-noted',
    breaks: 'noting where complete bytes go before they are moved, where there are no hard links',
    file: objectName,
    edits: [{ search: "  await noteMove(id);\n  await failpoint('upload.move-noted');\n", replace: '' }],
    test: { file: partialTest, name: 'notes where the bytes go, moves them, then syncs both folders' },
  },
  {
    name: 'moved-blob-renamed',
    breaks: 'leaving moved bytes under a name that a row may have',
    file: objectName,
    edits: [
      {
        search: 'await copyFile(placeOf(bytes), copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)',
        replace: 'await rename(placeOf(bytes), copy)',
      },
    ],
    test: {
      file: partialTest,
      name: 'finds its bytes when a process dies after they were moved so long ago that the key may be refused, and makes another blob',
    },
  },
  {
    name: 'finish-without-key',
    breaks: 'an idempotency key for each upload that is finished',
    file: 'src/services/upload/resumable/finish-upload.ts',
    edits: [{ search: '{ ...declared, idempotencyKey }', replace: '{ ...declared }' }],
    test: { file: routeTest, name: 'makes one file when it is finished again after a crash before it said so' },
  },
  {
    name: 'given-up-not-cancelled',
    breaks: 'taking away what the server has of an upload that nobody will go on with',
    file: client,
    edits: [{ search: ') await upload.cancel();', replace: ') options.onKept?.();' }],
    test: { file: clientTest, name: 'while it is refused is cancelled' },
  },
  {
    name: 'others-file-believed',
    breaks: 'comparing the file of an earlier upload with the content that is to be sent',
    file: client,
    edits: [{ search: "file.sha256 === '' || file.sha256 === this.#hash.digest()", replace: 'true' }],
    test: { file: clientTest, name: 'is refused once that has other content, which stays' },
  },
  {
    name: 'others-bytes-final',
    breaks: 'sending all once where the bytes of an earlier upload were others',
    file: client,
    edits: [{ search: '!this.#hasForeignBytes || error.cause === undefined', replace: 'true' }],
    test: { file: clientTest, name: 'is sent once from its start where the earlier bytes were others' },
  },
  {
    name: 'begun-without-second-look',
    breaks: 'looking again under the lock whether an upload of that key was begun meanwhile',
    file: 'src/services/upload/routes/begin-upload.ts',
    edits: [{ search: '  if (begunMeanwhile !== undefined) return begunMeanwhile;\n', replace: '' }],
    test: {
      file: 'test/services/upload/begin-upload.test.ts',
      name: 'one that was begun while it waited for the lock is not begun again',
    },
  },
  {
    name: 'deleted-file-answered',
    breaks: 'asking whether the file of a finished upload is still there',
    file: 'src/services/upload/routes/begin-upload.ts',
    edits: [
      {
        search: 'return files.length > 0 ? upload : undefined;',
        replace: 'return files.length < 9 ? upload : undefined;',
      },
    ],
    test: {
      file: 'test/services/upload/begin-upload.test.ts',
      name: 'answers with the file once it is one, and begins anew once that was deleted',
    },
  },
  {
    name: 'evicted-while-coming-back',
    breaks: 'looking again under the lock whether somebody goes on with an upload that is to be given up',
    file: 'src/services/upload/duties/upload-evictor.ts',
    edits: [{ search: 'state !== undefined && state.writtenAt >= idleBefore', replace: 'state === undefined' }],
    test: {
      file: 'test/services/upload/upload-evictor.test.ts',
      name: 'stays when somebody comes back for it just then',
    },
  },
  {
    name: 'lock-for-everyone',
    breaks: 'the compare-and-set of an upload lock',
    file: 'src/adapters/postgres/upkeep/upload-locks.ts',
    edits: [{ search: 'where l.token = excluded.token', replace: 'where true' }],
    test: {
      file: 'src/adapters/postgres/upkeep/upload-locks.test.ts',
      name: 'one token holds a lock, renews it, and hears when another asks',
    },
  },
];
