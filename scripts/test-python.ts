import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianPackages } from './support/debian-packages.ts';
import { startFilemillStack } from './support/filemill-stack.ts';

/**
 * `npm run test:python`: makes a Python client from the .proto files alone, as examples/python/README.md
 * tells people to, and lets it upload a file to a server started for this. Never skips.
 */
const root = join(import.meta.dirname, '..');
/** Simulates an unreachable corporate proxy: the example must reach this machine without it. */
const deadProxy = { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
const sample = join(root, 'testdata', 'sample.txt');

ensureDebianPackages(['protobuf-compiler', 'protobuf-compiler-grpc', 'libprotobuf-dev', 'python3-grpcio']);

await using scratch = await mkdtempDisposable(join(tmpdir(), 'filemill-python-'));
generatePython(scratch.path);

await using dataDir = await mkdtempDisposable(join(tmpdir(), 'filemill-data-'));
await using stack = await startFilemillStack(dataDir.path);

const uploaded = uploadBy('examples/python/upload.py', sample);
assert.match(uploaded.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
assert.equal(uploaded.status, 'COMPLETED');
assert.equal(uploaded.result?.sha256, createHash('sha256').update(readFileSync(sample)).digest('hex'));

const response = await fetch(`${stack.http}/api/v1/files/${uploaded.id}/result`);
assert.equal(response.status, 200);
assert.deepEqual(((await response.json()) as { output: unknown }).output, uploaded.result);
console.log(`Python uploaded ${uploaded.id}: ${uploaded.status}, ${uploaded.result?.sha256}`);

function generatePython(folder: string): void {
  execFileSync(
    'protoc',
    [
      '-I',
      'proto',
      `--python_out=${folder}`,
      `--grpc_out=${folder}`,
      '--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin',
      ...globSync(['proto/filemill/v1/*.proto', 'proto/google/rpc/status.proto'], { cwd: root }),
    ],
    { cwd: root, stdio: 'inherit' },
  );
}

function uploadBy(script: string, file: string): Uploaded {
  const line = execFileSync('/usr/bin/python3', [script, file], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
    env: {
      ...process.env,
      ...deadProxy,
      PYTHONPATH: scratch.path,
      PYTHONDONTWRITEBYTECODE: '1',
      FILEMILL_SERVER: stack.server,
    },
  });
  return JSON.parse(line) as Uploaded;
}

interface Uploaded {
  readonly id: string;
  readonly status: string;
  readonly result: { readonly sha256: string } | null;
}
