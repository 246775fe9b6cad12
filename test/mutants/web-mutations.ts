import type { Mutation } from './mutation.ts';

const putTest = 'test/e2e/web-uploads.test.ts';
const formTest = 'test/e2e/web-forms.test.ts';
const tusTest = 'test/e2e/web-tus.test.ts';

/** The same promises for what comes in over HTTP. */
export const webMutations: readonly Mutation[] = [
  {
    name: 'put-without-closing-sha256',
    breaks: 'closing a body that is passed on with its SHA-256',
    file: 'src/services/web/uploads/keep-file.ts',
    edits: [
      { search: '{ ...metadata, sha256AtClose: true }', replace: '{ ...metadata }' },
      { search: "  yield { part: { case: 'closing', value: { sha256: hash.digest('hex') } } };\n", replace: '' },
    ],
    test: {
      file: 'src/services/web/uploads/keep-file.test.ts',
      name: 'says where the content ends, by the SHA-256 that closes it',
    },
  },
  {
    name: 'put-without-idempotency-key',
    breaks: 'passing the idempotency key of a PUT on',
    file: 'src/services/web/http/declared.ts',
    edits: [{ search: '    idempotencyKey: idempotencyKey(headers),\n', replace: '' }],
    test: { file: putTest, name: 'answers the same file to the same idempotency key' },
  },
  {
    name: 'form-name-of-other-bytes',
    breaks: 'refusing the name of a form whose bytes are not UTF-8',
    file: 'src/domain/file-name.ts',
    edits: [{ search: 'fatal: true', replace: 'fatal: false' }],
    test: { file: formTest, name: 'refuse a name that is not UTF-8, and nothing else beside it' },
  },
  {
    name: 'form-encoding-kept',
    breaks: 'refusing a part of a form whose bytes are encoded',
    file: 'src/services/web/uploads/form/form-files.ts',
    edits: [{ search: '    refuseWhatChangesTheMeaning(values);\n', replace: '' }],
    test: { file: formTest, name: 'refuse Base64, and nothing else beside it' },
  },
  {
    name: 'tus-offset-taken-as-right',
    breaks: 'passing on where a tus client says that its bytes begin',
    file: 'src/services/web/routes/append-upload.ts',
    edits: [
      {
        search: "BigInt(readCount(headers, 'upload-offset'))",
        replace: '(await backend.upload.getUpload({ id })).upload?.offset ?? 0n',
      },
    ],
    test: { file: tusTest, name: 'refuses bytes at another place than the next' },
  },
  {
    name: 'tus-checksum-dropped',
    breaks: 'passing on the checksum of the bytes of a tus request',
    file: 'src/services/web/routes/append-upload.ts',
    edits: [{ search: ', ...(checksum && { checksum })', replace: '' }],
    test: { file: tusTest, name: 'keeps bytes with a checksum all together or not at all' },
  },
  {
    name: 'tus-offset-of-the-unfinished',
    breaks: 'finishing what is complete before its offset is told',
    file: 'src/services/web/routes/get-upload.ts',
    edits: [
      {
        search: 'const upload = await settled(backend, id, onward);',
        replace: 'const upload = await lookUp(backend, id, onward);',
      },
    ],
    test: {
      file: 'test/e2e/web-tus-faults.test.ts',
      name: 'finishes at a HEAD what could not be finished at the last PATCH',
    },
  },
];
