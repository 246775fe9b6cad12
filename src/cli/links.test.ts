import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { databaseLink } from '#adapters/postgres/database/link.ts';
import type { DependencyJson } from '#contract/schemas.ts';
import type { Link } from '#domain/link.ts';
import { linkOfTarget } from '#platform/rpc/target.ts';
import { checkLinks } from './links.ts';

const dependency = (service: string, part: string, link: Link | null): DependencyJson => ({
  ...{ service, part, link, instance: '', state: 'OK', code: null, detail: null, since: null, version: null },
});

describe('the links of a system', () => {
  it('are protected when they stay on a machine or use TLS', () => {
    const { detail, action, ok } = checkLinks('https://files.example:50051', [
      dependency('upload', 'metadata', 'TLS'),
      dependency('metadata', 'redis', 'LOCAL'),
      dependency('worker', 'redis', null),
    ]);
    assert.deepEqual(
      { detail, action, ok },
      { detail: 'all that leave a machine are protected by TLS', action: null, ok: true },
    );
  });

  it('are told one by one when they are not, with what to do', () => {
    const { detail, action, ok } = checkLinks('files.example:50051', [
      dependency('upload', 'metadata', 'CLEAR_TEXT'),
      dependency('worker', 'redis', 'CLEAR_TEXT'),
      dependency('worker', 'redis', 'CLEAR_TEXT'),
      dependency('result', 'postgresql', 'UNVERIFIED'),
    ]);
    assert.equal(ok, true);
    assert.equal(
      detail,
      'this machine → upload in clear text, upload → metadata in clear text, worker → redis in clear text, ' +
        'result → postgresql by TLS without verification',
    );
    for (const setting of ['FILEMILL_TLS_CERT', 'FILEMILL_METADATA_TARGET', 'rediss://', 'sslmode=verify-full'])
      assert.ok(action?.includes(setting), setting);
  });

  const targets: Readonly<Record<string, Link>> = {
    '127.0.0.1:50051': 'LOCAL',
    'localhost:50051': 'LOCAL',
    '[::1]:50051': 'LOCAL',
    'unix:/run/filemill': 'LOCAL',
    'https://127.0.0.1:50051': 'TLS',
    'https://files.example': 'TLS',
    'dns:///metadata:50052': 'CLEAR_TEXT',
    '10.0.0.1:50051': 'CLEAR_TEXT',
  };
  for (const [target, link] of Object.entries(targets))
    it(`to ${target}: ${link}`, () => assert.equal(linkOfTarget(target), link));

  const databases: Readonly<Record<string, Link>> = {
    'postgresql://u:p@127.0.0.1:1/db': 'LOCAL',
    'postgresql://u:p@db:1/db': 'CLEAR_TEXT',
    'postgresql://u:p@/db?host=/run/postgresql': 'LOCAL',
    'postgresql://u:p@db:1/db?sslmode=disable': 'CLEAR_TEXT',
    'postgresql://u:p@db:1/db?sslmode=verify-full': 'TLS',
    'postgresql://u:p@db:1/db?sslmode=no-verify': 'UNVERIFIED',
    'postgresql://u:p@db:1/db?uselibpqcompat=true&sslmode=require': 'UNVERIFIED',
  };
  for (const [url, link] of Object.entries(databases))
    it(`to ${url}: ${link}`, () => assert.equal(databaseLink(url), link));
});
