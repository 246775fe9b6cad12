import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Reason } from '#domain/errors.ts';
import { fromRpcStatus, isRetryable, toRpcStatus } from '#platform/rpc/errors.ts';
import { retryAfterSeconds, toProblem } from './problem.ts';

const path = '/srv/filemill/storage/objects/00/01900000';

const fileError = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: it failed, ${syscall} '${path}'`), { code, syscall, path });

describe('what a volume fails is no defect:', () => {
  for (const [codes, reason, status] of [
    [['ENOSPC', 'EDQUOT'], 'DISK_FULL', 507],
    [['EFBIG'], 'FILE_TOO_LARGE', 413],
    [['EROFS', 'EACCES', 'EPERM', 'EIO', 'EREMOTEIO', 'EUCLEAN', 'ESTALE', 'ENODEV', 'ENXIO'], 'STORE_REFUSES', 503],
    [['ENOENT', 'ENOTDIR'], 'STORE_REFUSES', 503],
    [['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'ENOLCK'], 'UNAVAILABLE', 503],
    [['ENOTCONN', 'ETIMEDOUT', 'EHOSTDOWN'], 'UNAVAILABLE', 503],
  ] as const satisfies [string[], Reason, number][])
    for (const code of codes)
      it(`${code} is ${reason}`, () => {
        for (const syscall of ['open', 'write', 'fsync', 'rename', 'stat', 'scandir', 'statfs']) {
          const error = fileError(code, syscall);
          const problem = toProblem(error);
          assert.deepEqual([problem.reason, problem.status], [reason, status], syscall);
          const told = fromRpcStatus(toRpcStatus(error));
          assert.equal(told.reason, reason);
          assert.equal(isRetryable(told), reason !== 'FILE_TOO_LARGE');
          assert.equal(retryAfterSeconds(error) !== undefined, reason !== 'FILE_TOO_LARGE');
          for (const text of [told.message, JSON.stringify(problem)])
            assert.doesNotMatch(text, /srv|storage\/|objects/);
        }
      });

  it('the same codes of a socket, and codes that a mistake makes, stay one', () => {
    for (const error of [fileError('EACCES', 'connect'), fileError('ETIMEDOUT', 'read_'), fileError('EINVAL', 'open')])
      assert.equal(toProblem(error).reason, 'INTERNAL');
    for (const error of [new Error('x'), undefined, null, 'x', { code: 'EIO' }])
      assert.equal(toProblem(error).reason, 'INTERNAL');
  });
});
