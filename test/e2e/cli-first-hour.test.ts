import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { createLogger } from '#platform/logger.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { filemill } from '../support/cli.ts';
import { testFolder } from '../support/start-services.ts';

const id = '01900000-0000-7000-8000-000000000000';

describe('the command line', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  let path: string;
  before(async () => {
    folder = resources.use(await testFolder()).path;
    path = join(folder, 'file');
    await writeFile(path, 'x');
  });
  after(() => resources.disposeAsync());

  describe('with a server that is not there', () => {
    const absences: Readonly<Record<string, { start: () => Promise<string>; says: RegExp; mayStart?: true }>> = {
      'refuses connections': {
        start: async () => `127.0.0.1:${await closedPort()}`,
        says: /: connection refused/,
        mayStart: true,
      },
      'has no socket': {
        start: async () => `unix:${folder}/nobody`,
        says: /: no such file or directory/,
        mayStart: true,
      },
      'has a name that nobody knows': { start: async () => 'nobody.invalid:50051', says: /: the name is not known/ },
      'takes connections and says nothing': {
        start: () => listen(createServer((socket) => hold(socket))),
        says: /no answer within [\d.]+ s/,
        mayStart: true,
      },
      'speaks HTTP': { start: () => listen(createHttpServer()), says: /HTTP port/ },
    };
    const reads = ['list', 'doctor', `get ${id}`, 'stats'];
    const works = ['upload PATH', `wait ${id}`, `watch ${id}`, `retry ${id}`, `delete ${id}`, 'bench --files 1'];

    for (const [what, { start, says, mayStart = false }] of Object.entries(absences))
      it(`that ${what} ends ${mayStart ? 'what only asks' : 'every command'} within seconds, and says why`, async () => {
        const server = await start();
        for (const command of mayStart ? reads : [...reads, ...works]) {
          const { code, stdout, stderr } = await filemill([...words(command), '--timeout', '30s'], { server });
          const said = command === 'doctor' ? stdout : stderr;
          assert.equal(code, 5, `${command}: ${said}`);
          assert.match(said, /does not answer: /, command);
          assert.match(said, says, command);
          assert.match(
            said,
            /→ (Start it with `npx filemill up`|Check that it runs, .*), or name another with --server/,
            command,
          );
          assert.doesNotMatch(said, /Not done after|Retrying|does not answer yet/, command);
        }
      });

    for (const command of works)
      it(`that may be starting is waited for by ${command.split(' ')[0]}, which says so`, async () => {
        const server = `127.0.0.1:${await closedPort()}`;
        let remarks = 0;
        const { code, stderr } = await filemill(words(command), {
          server,
          onStderr: (said, kill) => {
            if (!said.includes(`${server} does not answer yet; trying for up to 15.0 s…`) || remarks > 0) return;
            remarks += 1;
            kill('SIGINT');
          },
        });
        assert.equal(code, 130, stderr);
        assert.equal(remarks, 1, stderr);
      });

    it('is used as soon as it is there', async () => {
      const server = `127.0.0.1:${await closedPort()}`;
      const late: RpcServer[] = [];
      const { code, stderr } = await filemill(['upload', path], {
        server,
        onStderr: (said) => {
          if (said.includes('does not answer yet') && late.length === 0)
            late.push(serving(server, newServer().addPart(UploadService, { uploadMany: keepsAll })));
        },
      });
      assert.equal(code, 0, stderr);
      assert.equal(late.length, 1, stderr);
    });

    it('is waited for as long as --retry-for says, by reads and at any address', async () => {
      const server = `127.0.0.1:${await closedPort()}`;
      const late: RpcServer[] = [];
      const { code, stderr } = await filemill(['list', '--retry-for', '60s'], {
        server,
        onStderr: (said) => {
          if (said.includes('trying for up to 1 min') && late.length === 0)
            late.push(serving(server, newServer().addPart(MetadataService, { listFiles: async () => ({}) })));
        },
      });
      assert.equal(code, 0, stderr);
      assert.equal(late.length, 1, stderr);
      const unknown = await filemill(['list', '--retry-for', '2s'], { server: 'nobody.invalid:50051' });
      assert.equal(unknown.code, 5, unknown.stderr);
      assert.match(unknown.stderr, /does not answer yet; trying for up to 2\.0 s.*the name is not known/s);
    });

    function words(command: string): string[] {
      return command.split(' ').map((word) => (word === 'PATH' ? path : word));
    }

    function serving(address: string, server: RpcServer): RpcServer {
      resources.use(server);
      void server.listen(address);
      return server;
    }
  });

  it('goes on with a read for a moment only when a part of the server is away, and with an upload for long', async () => {
    const away = async () => {
      throw new FilemillError('UNAVAILABLE', 'The metadata service is not reachable.');
    };
    await using server = newServer()
      .addPart(Health, { check: async () => ({}) })
      .addPart(MetadataService, { listFiles: away, getStats: away })
      .addPart(UploadService, { uploadMany: awayOnce() });
    await server.listen(`unix:${folder}/half`);
    const at = { server: `unix:${folder}/half` };
    for (const command of ['list', 'stats']) {
      const { code, stderr } = await filemill([command, '--timeout', '30s'], at);
      assert.equal(code, 5, stderr);
      assert.match(stderr, /The metadata service is not reachable.*Retrying for up to 1\.0 s/);
      assert.doesNotMatch(stderr, /Not done after/);
    }
    const { code, stderr } = await filemill(['upload', path], at);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Retrying for up to 1 min 0 s/);
  });

  it('says what an empty list means', async () => {
    await using server = newServer()
      .addPart(Health, { check: async () => ({}) })
      .addPart(MetadataService, { listFiles: async () => ({}) });
    await server.listen(`unix:${folder}/empty`);
    const none = 'No file passes this filter.';
    const rows: readonly [filter: string, says: string | RegExp][] = [
      ['', 'There are no files yet: `filemill upload PATH` adds some.\n'],
      ['--status FAILED', `${none}\n`],
      ['--error analyzer_timeout', `${none}\n`],
      ['--error analyser_timeout', /^No file passes this filter\. The known reasons are: .*analyzer_timeout/],
    ];
    for (const [filter, says] of rows) {
      const { code, stdout, stderr } = await filemill(['list', ...filter.split(' ').filter(Boolean)], {
        server: `unix:${folder}/empty`,
      });
      assert.deepEqual([code, stdout], [0, ''], stderr);
      if (typeof says === 'string') assert.equal(stderr, says);
      else assert.match(stderr, says);
    }
  });

  it('calls what workers take their work from by its name', async () => {
    const worker = { slots: 2, busy: 1 };
    const workers = [
      { ...worker, name: 'w1', source: 'redis' },
      { ...worker, name: 'w2', source: 'direct' },
      { ...worker, name: 'w3', source: 'later' },
    ];
    await using server = newServer()
      .addPart(Health, { check: async () => ({}) })
      .addPart(MetadataService, { getStats: async () => ({ workers }) })
      .addPart(UploadService, {});
    await server.listen(`unix:${folder}/workers`);
    const at = { server: `unix:${folder}/workers` };
    const { stdout } = await filemill(['stats'], at);
    for (const [name, source] of Object.entries({ w1: 'Redis', w2: 'PostgreSQL', w3: 'later' }))
      assert.match(stdout, new RegExp(`Worker ${name}: 1 of 2 threads busy, takes its work from ${source}\n`));
    assert.match((await filemill(['doctor'], at)).stdout, /3 workers alive \(work from: Redis, PostgreSQL, later\)/);
  });

  it('says what was not acknowledged when the server goes away and stays away', async () => {
    await using server = newServer()
      .addPart(Health, { check: async () => ({}) })
      .addPart(UploadService, {
        async *uploadMany() {
          yield* [];
          throw new FilemillError('UNAVAILABLE');
        },
      });
    await server.listen(`unix:${folder}/away`);
    const args = ['upload', path, path, '--json', '--retry-for', '1s'];
    const { code, stderr, lines } = await filemill(args, { server: `unix:${folder}/away` });
    assert.equal(code, 5, stderr);
    assert.deepEqual(
      lines<{ id: string | null; error: { code: string } }>().map(({ id, error }) => [id, error.code]),
      [
        [null, 'unavailable'],
        [null, 'unavailable'],
      ],
    );
    assert.match(stderr, /0 files acknowledged .*2 without an answer: not acknowledged/);
  });

  describe('given what makes no sense', () => {
    const mistakes: readonly [args: string[], says: RegExp][] = [
      [['list', '--server', 'localhost'], /Expected HOST:PORT .* for example 127\.0\.0\.1:50051/],
      [
        ['list', '--server', 'http://127.0.0.1:8080'],
        /for example 127\.0\.0\.1:50051, .* Leave out http:\/\/ for clear text/,
      ],
      [['list', '--server', '127.0.0.1:grpc'], /for example 127\.0\.0\.1:50051/],
      [['list', '--server', 'unix:'], /or unix:\/PATH/],
      [['list', '--since', 'last week'], /Expected a time \(2026-01-31, .*yesterday\), .* 30m, 2h, 3d/],
      [['list', '--until', '2026-02-30'], /Expected a time/],
      [['list', '--since', '2026'], /Expected a time/],
      [['list', '--since', '1h', '--until', '2h'], /--since must be earlier than --until/],
      [['list', '--status', 'DONE'], /Expected PENDING, PAUSED, PROCESSING, COMPLETED, FAILED/],
      [['list', '--sha256', 'abc'], /Expected 64 hex digits/],
      [['list', '--limit', '0'], /Expected a whole number from 1 /],
      [['list', '--timeout', 'soon'], /Expected a time such as 90s or 5m/],
      [['list', '-o', 'xml'], /Choose one of table, wide, json, ndjson, yaml/],
      [['list', 'extra'], /too many arguments/],
      [['lst'], /no command "lst"\. Did you mean list\?/],
      [['upload'], /Something is missing: <path>/],
      [['upload', '-', '-'], /stdin can be read only once/],
      [['upload', 'PATH', '--name', 'x'], /--name x names the file from stdin, which is not given/],
      [['upload', 'PATH', 'PATH', '--idempotency-key', 'k'], /--idempotency-key is for one file, but 2 are given/],
      [['upload', 'PATH', '--concurrency', '999'], /from 1 to 64/],
      [['delete'], /Say which files to delete: ids, - for ids from stdin, or a filter/],
      [['retry', id, '--name', 'x'], /Give ids or a filter, not both/],
      [['bench', '--size', 'big'], /Expected a size such as 4KiB/],
      [['doctor', '--segment', 'x'], /--segment needs --storage/],
      [['doctor', '--storage', '/no/such/folder'], /\/no\/such\/folder cannot be read/],
      [['migrate'], /Usage:\n {2}filemill migrate/],
      [['migrate', 'status'], /FILEMILL_DATABASE_URL is not set.* for example postgres:\/\//],
      [['completion'], /Something is missing: <shell>/],
      [['up', '--workers', '0'], /from 1 to 64/],
      [['up', '/no/such/file'], /\/no\/such\/file cannot be uploaded: there is no such file or folder\.\n/],
      [['wait'], /Something is missing: <id>/],
    ];
    it('ends with 2, and says what would make sense', async () => {
      await using server = newServer()
        .addPart(Health, { check: async () => ({}) })
        .addPart(UploadService, {});
      await server.listen(`unix:${folder}/any`);
      for (const [args, says] of mistakes) {
        const words = args.map((word) => (word === 'PATH' ? path : word));
        const { code, stderr } = await filemill(words, { server: `unix:${folder}/any` });
        assert.match(stderr, says, args.join(' '));
        assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      }
    });

    it('names the variable that a wrong server came from', async () => {
      const { code, stderr } = await filemill(['list'], { server: 'localhost' });
      assert.equal(code, 2, stderr);
      assert.match(stderr, /FILEMILL_SERVER cannot be "localhost"/);
    });
  });

  async function listen(server: Server): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    resources.defer(() => void server.close());
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  function hold(socket: Socket): void {
    socket.on('error', () => undefined);
    resources.defer(() => void socket.destroy());
  }
});

const keepsAll: ServiceHandlers<typeof UploadService>['uploadMany'] = async function* (requests) {
  for await (const { parts } of requests)
    yield { answers: parts.map(({ sequence }) => ({ sequence, outcome: { case: 'file' as const, value: { id } } })) };
};

/** Fails once; later each file is kept. */
function awayOnce(): typeof keepsAll {
  let failed = false;
  return async function* (...call) {
    if (failed) return yield* keepsAll(...call);
    failed = true;
    throw new FilemillError('UNAVAILABLE');
  };
}

function newServer(): RpcServer {
  return new RpcServer(createLogger('test', { level: 'silent', format: 'json' }));
}

async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
