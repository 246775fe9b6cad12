import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { declaredByHeaders, declaredType } from './declared.ts';

const sha256 = 'ab'.repeat(32);
const base64 = Buffer.from(sha256, 'hex').toString('base64');
const other = Buffer.from('cd'.repeat(32), 'hex').toString('base64');

describe('what the headers of an upload declare', () => {
  it('is nothing when they say nothing', () => {
    assert.deepEqual(declaredByHeaders('a', {}), { filename: 'a', mimeType: '', sha256: '', idempotencyKey: '' });
  });

  it('is the size', () => assert.equal(declaredByHeaders('a', { 'content-length': '12' }).size, 12n));

  it('is no size that the contract has no number for', () => {
    const declared = () => declaredByHeaders('a', { 'content-length': String(2n ** 63n) });
    assert.throws(declared, (error) => error instanceof FilemillError && error.reason === 'FILE_TOO_LARGE');
  });

  it('is the key, bare or quoted', () => {
    for (const key of ['k 1', '"k 1"'])
      assert.equal(declaredByHeaders('a', { 'idempotency-key': key }).idempotencyKey, 'k 1');
  });

  const digests: readonly [name: string, headers: Record<string, string>][] = [
    ['Repr-Digest', { 'repr-digest': `sha-256=:${base64}:` }],
    ['Content-Digest', { 'content-digest': `sha-256=:${base64}:` }],
    ['Digest', { digest: `SHA-256=${base64}` }],
    ['one algorithm among others', { 'repr-digest': `unixsum=:AAAA:, sha-256=:${base64}:` }],
    ['the same twice', { 'repr-digest': `sha-256=:${base64}:`, digest: `sha-256=${base64}` }],
  ];
  for (const [name, headers] of digests)
    it(`is the SHA-256 by ${name}`, () => assert.equal(declaredByHeaders('a', headers).sha256, sha256));

  it('is no SHA-256 by another algorithm', () =>
    assert.equal(declaredByHeaders('a', { 'repr-digest': 'sha-512=:AAAA:' }).sha256, ''));

  it('is a type without its parameters, unless that says nothing', () => {
    assert.equal(declaredType('Text/HTML; charset=utf-8'), 'text/html');
    for (const type of ['', 'application/octet-stream', 'application/x-www-form-urlencoded; charset=utf-8'])
      assert.equal(declaredType(type), '');
  });

  const refused: readonly [name: string, headers: Record<string, string>][] = [
    ['a short digest', { 'repr-digest': 'sha-256=:AAAA:' }],
    ['two digests', { 'repr-digest': `sha-256=:${base64}:`, digest: `sha-256=${other}` }],
    ['a coding', { 'content-encoding': 'gzip' }],
    ['a range', { 'content-range': 'bytes 0-1/2' }],
  ];
  for (const [name, headers] of refused)
    it(`must not be ${name}`, () =>
      assert.throws(
        () => declaredByHeaders('a', headers),
        (error) => error instanceof FilemillError && error.reason === 'REQUEST_INVALID',
      ));
});
