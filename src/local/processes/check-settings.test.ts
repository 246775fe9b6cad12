import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SetupError } from '../setup-error.ts';
import { checkSettings } from './check-settings.ts';
import type { ServiceName } from './service-child.ts';
import { serviceSpecs } from './service-specs.ts';

const specs = serviceSpecs({
  grpcListen: '127.0.0.1:0',
  httpListen: '127.0.0.1:0',
  databaseUrls: { metadata: 'postgresql://', result: 'postgresql://' },
  redisUrl: 'none',
  storageDir: '/',
  socketFolder: '/',
  access: undefined,
  tls: undefined,
  workers: 2,
  threadsPerWorker: 1,
  logLevel: 'info',
  command: 'npx filemill',
});

const problemWith = (env: NodeJS.ProcessEnv, service?: ServiceName) => {
  try {
    checkSettings(
      specs.filter((spec) => service === undefined || spec.service === service),
      env,
    );
    return undefined;
  } catch (error) {
    assert.ok(error instanceof SetupError);
    assert.equal(error.exitCode, 2);
    return error.message;
  }
};

/** For each service, every setting that a user of `up` makes and that can be wrong. */
const bad: Readonly<Record<ServiceName, Readonly<Record<string, readonly string[]>>>> = {
  metadata: {
    FILEMILL_DATABASE_POOL: ['0', 'many', '1001'],
    FILEMILL_DATABASE_LISTEN_URL: ['mysql://localhost', 'localhost'],
    FILEMILL_ALLOW_UNSAFE_DATABASE: ['yes'],
    FILEMILL_GRPC_MAX_CONNECTION_AGE_MS: ['soon'],
    FILEMILL_LEASE_MS: ['soon', '1', '1.5', '99999999'],
    FILEMILL_WATCH_HEARTBEAT_MS: ['1', 'often'],
    FILEMILL_MAX_ATTEMPTS: ['0', '101', '-1'],
    FILEMILL_FAILPOINTS: ['metadata.created:kill'],
  },
  result: {
    FILEMILL_DATABASE_POOL: ['0'],
    FILEMILL_ALLOW_UNSAFE_DATABASE: ['true'],
    FILEMILL_GRPC_MAX_CONNECTION_AGE_MS: ['-1'],
  },
  upload: {
    FILEMILL_PROXY: ['ftp://proxy'],
    FILEMILL_MAX_FILE_SIZE: ['large', '1.5GiB'],
    FILEMILL_PACK_BELOW: ['1GiB', '-1'],
    FILEMILL_SEGMENT_AGE_MS: ['1'],
    FILEMILL_DISK_RESERVE: ['10%'],
    FILEMILL_MAX_UPLOADS: ['0'],
    FILEMILL_MAX_BACKLOG: ['-1', 'none'],
    FILEMILL_STREAM_IDLE_MS: ['1'],
    FILEMILL_STREAM_MIN_RATE: ['slow'],
    FILEMILL_UPLOAD_EXPIRY_MS: ['1'],
    FILEMILL_MAX_INCOMPLETE_UPLOADS: ['0'],
    FILEMILL_MAX_INCOMPLETE_BYTES: ['half'],
    FILEMILL_STAGING_TTL_MS: ['1'],
    FILEMILL_ORPHAN_TTL_MS: ['3600000'],
  },
  worker: {
    FILEMILL_PROXY: ['ftp://proxy.example'],
    FILEMILL_WORKER_NAME: ['x'.repeat(201)],
    FILEMILL_ANALYSIS_HEAP_MB: ['1', '256MiB'],
    FILEMILL_WORKER_PREFETCH: ['-1', '901'],
    FILEMILL_WORKER_MEMORY_MB: ['1'],
    FILEMILL_ANALYSIS_CHILD_MEMORY_MB: ['1GiB'],
    FILEMILL_ANALYSIS_DEADLINE_MS: ['99'],
    FILEMILL_ANALYSIS_REGISTRY: ['/harmful.ts'],
  },
  web: {
    FILEMILL_PROXY: ['socks5://proxy:1080'],
    FILEMILL_MAX_FILE_SIZE: ['100 gallons'],
    FILEMILL_TRUSTED_PROXIES: ['everybody', '10.0.0.0/99'],
    FILEMILL_PUBLIC_HTTP: ['example.org', 'https://example.org/?a=b'],
  },
};

describe('a setting that cannot be used is found before anything runs', () => {
  for (const [service, settings] of Object.entries(bad) as [ServiceName, Record<string, string[]>][])
    for (const [name, values] of Object.entries(settings))
      it(`by ${service}: ${name}`, () => {
        for (const value of values) {
          const problem = problemWith({ [name]: value }, service);
          assert.ok(problem?.startsWith(`${name}:`) || problem?.startsWith(`${name} `), `${value}: ${problem}`);
          assert.equal(problemWith({ [name]: value }), problem, 'said once, however many services read it');
        }
      });
});

it('all that is wrong is said at once', () => {
  const problem =
    problemWith({ FILEMILL_LEASE_MS: 'soon', FILEMILL_PACK_BELOW: '1GiB', FILEMILL_PROXY: 'ftp://x' }) ?? '';
  for (const name of ['FILEMILL_LEASE_MS', 'FILEMILL_PACK_BELOW', 'FILEMILL_PROXY'])
    assert.equal(problem.split(`${name}:`).length, 2, problem);
});

it('what `up` sets itself, what is unknown, and what a file holds keep no service from its start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fm-settings-'));
  try {
    const path = join(folder, 'value');
    await writeFile(path, '20000\n');
    const env = {
      FILEMILL_DATABASE_URL: 'postgresql://db',
      FILEMILL_DATABASE_URL_FILE: path,
      FILEMILL_STORAGE_DIR_FILE: path,
      FILEMILL_WORKER_THREDS: 'x',
      FILEMILL_LEASE_MS_FILE: path,
    };
    assert.equal(problemWith(env), undefined);
    assert.match(problemWith({ FILEMILL_LEASE_MS_FILE: `${path}.gone` }) ?? '', /^FILEMILL_LEASE_MS_FILE: cannot read/);
    assert.match(problemWith({ ...env, FILEMILL_LEASE_MS: '20000' }) ?? '', /^FILEMILL_LEASE_MS and .* both set/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
