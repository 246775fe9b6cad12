import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { FilemillError } from '#domain/errors.ts';
import { fileFilterParameters, pageParameters, readQuery } from './query.ts';

const shape = { ...fileFilterParameters, ...pageParameters };

describe('query parameters', () => {
  it('are all optional', () => assert.deepEqual(readQuery(shape, {}), {}));

  it('are read into what the RPC takes', () => {
    const query = readQuery(shape, {
      status: ['failed', 'PENDING'],
      sha256: 'AB'.repeat(32),
      created_from: '2026-03-01T02:00:00+02:00',
      page_size: '5',
    });
    assert.deepEqual(query.status, ['FAILED', 'PENDING']);
    assert.equal(query.sha256, 'ab'.repeat(32));
    assert.equal(query.page_size, 5);
    assert.ok(query.created_from);
    assert.equal(timestampDate(query.created_from).toISOString(), '2026-03-01T00:00:00.000Z');
  });

  it('may give one status alone', () =>
    assert.deepEqual(readQuery(shape, { status: 'COMPLETED' }).status, ['COMPLETED']));

  it('count as absent when empty', () => assert.deepEqual(readQuery(shape, { status: '', page_token: '' }), {}));

  const refused: readonly [name: string, query: Record<string, unknown>, message: RegExp][] = [
    ['an unknown parameter', { staus: 'FAILED' }, /unknown parameter staus .*known: q, status/],
    ['an unknown status', { status: 'DONE' }, /status.*PENDING, PAUSED, PROCESSING, COMPLETED, FAILED/],
    ['one unknown status among others', { status: ['FAILED', 'DONE'] }, /status/],
    ['a page of nothing', { page_size: '0' }, /page_size: must be at least 1/],
    ['a page beyond the bound', { page_size: '1001' }, /page_size: must be at most 1000/],
    ['a page size in words', { page_size: 'ten' }, /page_size: must be a number/],
    ['a short hash', { sha256: 'abcd' }, /sha256: must be 64 hex digits/],
    ['a time without a zone', { created_from: '2026-03-01T00:00:00' }, /created_from: must be a time/],
    ['a parameter twice', { name: ['a', 'b'] }, /name: must be given once/],
  ];
  for (const [name, query, message] of refused)
    it(`refuse ${name}`, () => {
      assert.throws(
        () => readQuery(shape, query),
        (error) => error instanceof FilemillError && error.reason === 'REQUEST_INVALID' && message.test(error.message),
      );
    });
});
