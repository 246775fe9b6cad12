import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { askWeb } from '../faults/ask-web.ts';
import { volumeFaults } from '../faults/rows/volume.ts';
import { processNames, Stack } from '../faults/stack.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { chunkOf, metadataOf, streamOf } from '../support/upload-stack.ts';
import { Prometheus } from './support/prometheus.ts';

const rules = 'ops/prometheus/alerts.yaml';
const dashboard = 'ops/grafana/filemill.json';

const resources = new AsyncDisposableStack();
let stack: Stack;
let prometheus: Prometheus;
before(async () => {
  stack = resources.use(await Stack.start());
  const sockets = Object.fromEntries(processNames.map((name) => [name, stack.opsSocket(name)]));
  prometheus = resources.use(await Prometheus.start({ sockets, rules }));
});
after(() => resources.disposeAsync());

describe('The files of ops/', () => {
  it('are what Prometheus can read', () => {
    for (const check of [
      ['rules', rules],
      ['config', 'ops/prometheus/prometheus.yaml'],
    ])
      execFileSync('promtool', ['check', ...check], { stdio: 'pipe' });
  });

  it('have the same alerts for the operator of Prometheus', async () => {
    const { spec } = parse(await readFile('ops/kubernetes/prometheus-rule.yaml', 'utf8')) as { spec: unknown };
    assert.deepEqual(spec, parse(await readFile(rules, 'utf8')));
  });

  it('send those who are woken to a heading of docs/operations.md', async () => {
    const text = await readFile('docs/operations.md', 'utf8');
    const anchors = new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => anchorOf(title)));
    for (const { alert, annotations } of await alerts()) {
      const [page, anchor = ''] = annotations.runbook_url.split('#');
      assert.equal(page, 'docs/operations.md', alert);
      assert.ok(anchors.has(anchor), `${alert}: there is no heading #${anchor}`);
    }
  });

  it('name a fault here for each alert', async () => {
    assert.deepEqual((await alerts()).map(({ alert }) => alert).sort(), Object.keys(faults).sort());
  });
});

describe('The dashboard', () => {
  it('has data in every panel while files come and go', async () => {
    const queries = await panelQueries();
    assert.ok(queries.length > 40);
    let empty: readonly string[] = queries;
    await eventually('every query of a panel has data', async () => {
      await someOfEverything();
      const found = await Promise.all(empty.map(async (query) => (await prometheus.query(query)).length));
      empty = empty.filter((_, n) => found[n] === 0);
      return empty.length === 0;
    });
  });
});

/** For each alert, what is done to the system until it fires, and what undoes that. */
const faults: Readonly<Record<string, () => Promise<AsyncDisposable>>> = {
  FilemillLeasesExpire: async () => {
    stack.arm('worker-1', 'worker.analysing', 'kill');
    await eventually('a worker dies', async () => {
      await send('for a worker that dies');
      return stack.process('worker-1').child.signalCode !== null;
    });
    return undo(() => stack.heal());
  },
  FilemillNoWorkers: async () => {
    await stopWorkers();
    return undo(() => stack.heal());
  },
  FilemillServiceMissing: async () => {
    stack.process('web').child.kill('SIGKILL');
    return undo(() => stack.heal());
  },
  FilemillFilesWait: async () => {
    await stopWorkers();
    await send('for nobody');
    await stack.postgres.query(`update files set run_after = now() - interval '1 hour' where status = 'PENDING'`);
    return undo(() => stack.heal());
  },
  FilemillFilesFail: async () => {
    await stopWorkers();
    const ids = await Promise.all(Array.from({ length: 20 }, () => send('to fail')));
    await failAll(ids);
    return undo(() => stack.heal());
  },
  FilemillRedisAway: async () => {
    await stack.redis.kill();
    return undo(() => stack.heal());
  },
  FilemillEventLoopBlocked: async () => {
    const port = await freePort();
    await stack.restart('result', { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` });
    await blockByDebugger(port, 5_000);
    return undo(() => stack.heal());
  },
  FilemillStatementsWait: async () => {
    await stack.restart('metadata', { FILEMILL_DATABASE_POOL: '1' });
    const lock = stack.postgres.query('begin; lock table files; select pg_sleep(8); commit');
    return undo(async () => {
      await lock;
      await stack.heal();
    });
  },
  FilemillVolumeFills: async () => {
    const fault = volumeFaults.find(({ name }) => name === 'disk-full');
    await fault?.prepare?.(stack);
    await writeFile(join(stack.store.settings.FILEMILL_STORAGE_DIR ?? '', 'filler'), Buffer.alloc(15 * 2 ** 20));
    return undo(async () => await fault?.cleanUp?.(stack));
  },
  FilemillVolumeFull: async () => {
    await stack.restart('upload', { FILEMILL_DISK_RESERVE: '1000TiB' });
    return undo(() => stack.heal());
  },
  FilemillCallsFail: async () => {
    await stack.process('metadata').stop();
    const stop = new AbortController();
    const refused = (async () => {
      for (; !stop.signal.aborted; await delay(50)) await send('refused').catch(() => undefined);
    })();
    return undo(async () => {
      stop.abort();
      await refused;
      await stack.heal();
    });
  },
  FilemillPostgresqlAway: async () => {
    const away = stack.postgres.restartImmediately(6_000);
    return undo(() => away);
  },
};

describe('The alert', () => {
  for (const [alert, inject] of Object.entries(faults))
    it(`${alert} fires`, async () => {
      await prometheus.rests(alert);
      await using _undone = await inject();
      await prometheus.fires(alert);
    });
});

function undo(work: () => Promise<unknown>): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await work();
    },
  };
}

/** Files of several kinds, one that fails, and requests that are refused. */
async function someOfEverything(): Promise<void> {
  const html = Buffer.from('<!doctype html><title>A document</title><p>Words of a document.');
  await Promise.all([send('text'), send(html), askWeb(stack.web, { method: 'GET', path: '/api/v1/files' })]);
  const missing = { method: 'GET', path: `/api/v1/files/${randomUUID()}` };
  await askWeb(stack.web, missing).catch(() => undefined);
  const nameless = streamOf(metadataOf({ filename: 'a/b' }), chunkOf(''));
  await stack.channel
    .client(UploadService)
    .uploadFile(nameless)
    .catch(() => undefined);
}

/** Uploads a file over gRPC. Resolves to its id. */
async function send(content: string | Uint8Array): Promise<string> {
  const messages = streamOf(metadataOf({ filename: `${randomUUID()}.txt` }), chunkOf(content));
  return (await stack.channel.client(UploadService).uploadFile(messages)).id;
}

/** Keeps the event loop of the process busy that listens for a debugger at this port. */
async function blockByDebugger(port: number, forMs: number): Promise<void> {
  const targets = await eventually('the process listens for a debugger', () =>
    fetch(`http://127.0.0.1:${port}/json`).then(
      async (answer) => (await answer.json()) as { webSocketDebuggerUrl: string }[],
      () => undefined,
    ),
  );
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  const expression = `for (const end = Date.now() + ${forMs}; Date.now() < end; );`;
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
  await once(socket, 'message');
  socket.close();
}

async function stopWorkers(): Promise<void> {
  await Promise.all((['worker-1', 'worker-2'] as const).map((name) => stack.process(name).stop()));
}

/** Ends these files as a worker does whose analyser is broken. */
async function failAll(ids: readonly string[]): Promise<void> {
  const { claimFiles, failAttempts } = stack.metadata.client(FileLifecycleService);
  const leaseToken = randomUUID();
  await claimFiles({ ids: [...ids], leaseToken, worker: 'breaker' });
  const failure = { leaseToken, errorCode: 'analyzer_error', errorMessage: 'broken on purpose', permanent: true };
  await failAttempts({ items: ids.map((id) => ({ id, ...failure })) });
}

interface Alert {
  readonly alert: string;
  readonly annotations: { readonly runbook_url: string };
}

async function alerts(): Promise<readonly Alert[]> {
  const { groups } = parse(await readFile(rules, 'utf8')) as { groups: { rules: Alert[] }[] };
  return groups.flatMap((group) => group.rules);
}

interface Panel {
  readonly targets?: readonly { readonly expr: string }[];
}

/** As Grafana sends them, with a range that suits a scrape a second. */
async function panelQueries(): Promise<readonly string[]> {
  const { panels } = JSON.parse(await readFile(dashboard, 'utf8')) as { panels: Panel[] };
  return panels
    .flatMap(({ targets = [] }) => targets)
    .map(({ expr }) => expr.replaceAll('$__rate_interval', '20s').replaceAll('[1h]', '[1m]'));
}

/** As GitHub makes them. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
