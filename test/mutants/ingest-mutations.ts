import type { Mutation } from './mutation.ts';

const staged = 'src/adapters/volume/objects/staged-object.ts';
const creation = 'src/adapters/postgres/files/file-creation.ts';
const deletions = 'src/adapters/postgres/upkeep/blob-deletions.ts';
const commitOrder = {
  file: 'src/adapters/volume/local-blob-store.test.ts',
  name: 'syncs the file, renames it, then syncs its folder',
};
const creationTest = 'src/adapters/postgres/files/file-creation.test.ts';
const registrationTest = 'test/services/upload/registration.test.ts';

/** "Acknowledged means kept", and nothing that was deleted comes back. */
export const ingestMutations: readonly Mutation[] = [
  {
    name: 'no-file-sync',
    breaks: 'fsync of the file before its rename',
    file: staged,
    edits: [{ search: '    await this.#file.sync();\n', replace: '' }],
    test: commitOrder,
  },
  {
    name: 'no-rename',
    breaks: 'rename from staging to the final name',
    file: staged,
    edits: [{ search: '    await rename(this.#path, path);\n', replace: '' }],
    test: commitOrder,
  },
  {
    name: 'no-folder-sync',
    breaks: 'fsync of the directory after the rename',
    file: staged,
    edits: [{ search: '    await this.#syncShardOf(storageKey);\n', replace: '' }],
    test: commitOrder,
  },
  {
    name: 'sha256-unchecked-at-upload',
    breaks: 'comparing the received bytes with the declared SHA-256',
    file: 'src/services/upload/intake/content.ts',
    edits: [{ search: 'if (declared !== received)', replace: 'if (false)' }],
    test: {
      file: 'test/services/upload/upload-file.test.ts',
      name: 'another SHA-256 than declared with CHECKSUM_MISMATCH, and keeps nothing',
    },
  },
  {
    name: 'chunk-given-back-early',
    breaks: 'giving the memory of a chunk back only when it is written',
    file: 'src/services/upload/intake/reception.ts',
    edits: [
      {
        search: '  await content.take(chunk);\n  freeChunk(chunk);\n',
        replace: '  freeChunk(chunk);\n  await content.take(chunk);\n',
      },
    ],
    test: {
      file: 'test/services/upload/upload-file.test.ts',
      name: 'a file, and answers when its bytes and its row are there',
    },
  },
  {
    name: 'small-chunk-not-copied',
    breaks: 'keeping the bytes of a small blob apart from memory that is given back',
    file: 'src/platform/small-staged-blob.ts',
    edits: [{ search: 'this.#chunks.push(Buffer.from(chunk))', replace: 'this.#chunks.push(chunk)' }],
    test: {
      file: 'src/adapters/volume/local-blob-store.test.ts',
      name: 'has no use for a chunk of a small blob either',
    },
  },
  {
    name: 'early-acknowledgement',
    breaks: 'waiting for the committed row before the answer',
    file: 'src/services/upload/acceptance/acceptance.ts',
    edits: [
      {
        search: 'const registered = await inSpans(spans, () => registerAll(context, created, call.signal));',
        replace:
          'registerAll(context, created, call.signal).catch(() => undefined);\n  const registered = files.map(({ blob: { id } }) => ({ id, duplicate: false }) as Registered);',
      },
    ],
    test: {
      file: 'test/services/upload/upload-file.test.ts',
      name: 'nothing before its row is committed',
    },
  },
  {
    name: 'acknowledged-on-unknown-outcome',
    breaks: 'refusing to acknowledge when nobody knows whether the row exists',
    file: 'src/services/upload/acceptance/registration.ts',
    edits: [
      {
        search: '    throw notRegistered(cause);\n',
        replace: "    return files.map(({ id }) => ({ outcome: 'CREATED' as const, id, cause }));\n",
      },
    ],
    test: {
      file: registrationTest,
      name: 'never costs the object, and the next try of the client finds the file',
    },
  },
  {
    name: 'unlink-on-unknown-outcome',
    breaks: 'keeping the object when nobody knows whether the row exists',
    file: 'src/services/upload/acceptance/registration.ts',
    edits: [
      {
        search: '.catch((cause: unknown) => {\n',
        replace: '.catch(async (cause: unknown) => {\n    for (const file of files) await removeOwn(context, file);\n',
      },
    ],
    test: {
      file: registrationTest,
      name: 'never costs the object, and the next try of the client finds the file',
    },
  },
  {
    name: 'no-idempotency-key',
    breaks: 'writing the idempotency key into the row',
    file: creation,
    edits: [{ search: "field === 'priority' ? priority", replace: "field === 'idempotencyKey' ? 'null'" }],
    test: {
      file: creationTest,
      name: 'an idempotency key makes one file, in one batch, one after the other, and at once',
    },
  },
  {
    name: 'stale-key-accepted',
    breaks: 'refusing storage keys older than an hour, which a sweep may have removed',
    file: creation,
    edits: [{ search: '(i.id) > now() -', replace: "(i.id) > now() - interval '100 years' -" }],
    test: { file: creationTest, name: 'a stale storage key is refused and harms no neighbour' },
  },
  {
    name: 'tombstone-ignored',
    breaks: 'refusing a repeated create of a deleted file',
    file: creation,
    edits: [
      {
        search: 'and not exists (select from blob_deletions d where d.storage_key = i.storage_key)',
        replace: '',
      },
    ],
    test: { file: creationTest, name: 'a late repetition does not bring a deleted file back' },
  },
  {
    name: 'no-tombstone',
    breaks: 'keeping the tombstone of a deletion once its bytes are gone',
    file: deletions,
    edits: [
      {
        search: "`update blob_deletions set taken_until = 'infinity' where storage_key = any ($1::text[])`",
        replace: '`delete from blob_deletions where storage_key = any ($1::text[])`',
      },
    ],
    test: {
      file: 'src/adapters/postgres/upkeep/upkeep.test.ts',
      name: 'the bytes of a deleted file are handed out once a minute until confirmed',
    },
  },
  {
    name: 'deletion-not-queued',
    breaks: 'queueing the bytes of a deleted file for removal',
    file: 'src/adapters/postgres/files/file-commands.ts',
    edits: [
      {
        search: 'select storage_key from gone where bytes_expired_at is null on conflict',
        replace: 'select storage_key from gone where false on conflict',
      },
    ],
    test: {
      file: 'test/services/upload/duties.test.ts',
      name: 'removes the bytes of deleted files, of no other, and confirms',
    },
  },
];
