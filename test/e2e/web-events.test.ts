import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileJson, StatsJson } from '#contract/schemas.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

interface ChangedFiles {
  readonly files: readonly FileJson[];
  readonly deleted: readonly string[];
  readonly look_again: boolean;
}
interface ServerEvent {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  readonly at: number;
}

describe('live events', () => {
  let stack: Cluster;
  before(async () => {
    stack = await startCluster({ services: httpServices });
  });
  after(() => stack[Symbol.asyncDispose]());

  const upload = async (name: string): Promise<string> => {
    const response = await fetch(`${stack.base}/files/${name}`, { method: 'PUT', body: name });
    return ((await response.json()) as { id: string }).id;
  };
  const remove = (id: string) => fetch(`${stack.base}/api/v1/files/${id}`, { method: 'DELETE' });

  it('begin with how things stand, then tell what changes', { timeout: 60_000 }, async () => {
    const early = await upload('early');
    await using page = await openPage(stack.base);
    await eventually('the first event comes', () => page.events.length > 0);
    assert.equal(page.events[0]?.name, 'stats');
    assert.equal(lastStats(page.events)?.statuses.PENDING?.files, 1);
    const id = await upload('seen');
    await eventually('the file is told as PENDING', () => statesOf(page.events, id).includes('PENDING'));
    assert.deepEqual(statesOf(page.events, early), []);
    await using _worker = await stack.start('worker');
    await eventually('the file is COMPLETED', () => statesOf(page.events, id).at(-1) === 'COMPLETED');
    await eventually('the statistics count both files', () => lastStats(page.events)?.statuses.COMPLETED?.files === 2);
    await remove(id);
    await eventually('the deletion is told', () => statesOf(page.events, id).at(-1) === 'deleted');
  });

  it('come ten times a second at most, however much happens', { timeout: 60_000 }, async () => {
    await using page = await openPage(stack.base);
    await eventually('the first event comes', () => page.events.length > 0);
    const ids = await Promise.all(Array.from({ length: 100 }, (_, n) => upload(`many-${n}`)));
    await eventually('every file is told of', () => ids.every((id) => statesOf(page.events, id).length > 0));
    const times = [
      ...new Set(page.events.filter(({ name }) => name === 'files').map(({ at }) => Math.floor(at / 1_000))),
    ];
    for (const second of times) {
      const told = page.events.filter(({ name, at }) => name === 'files' && Math.floor(at / 1_000) === second);
      assert.ok(told.length <= 10, `${told.length} in a second`);
    }
  });

  it('resume after the last event that was received', async () => {
    let cursor: string;
    {
      await using page = await openPage(stack.base);
      await eventually('the first event comes', () => page.events.length > 0);
      cursor = page.events.at(-1)?.id ?? '';
    }
    const gone = await upload('gone-meanwhile');
    const made = await upload('made-meanwhile');
    await remove(gone);
    await using page = await openPage(stack.base, { 'last-event-id': cursor });
    await eventually('a second event comes', () => page.events.length > 1);
    const first = page.events[0]?.data as ChangedFiles;
    assert.equal(first.look_again, false);
    assert.ok(first.files.some(({ id }) => id === made));
    assert.ok(first.deleted.includes(gone));
  });

  it('say so when what was missed is not known any more', async () => {
    await using page = await openPage(stack.base, { 'last-event-id': '1' });
    await eventually('the first event comes', () => page.events.length > 0);
    assert.deepEqual(page.events[0]?.data, { files: [], deleted: [], look_again: true });
  });

  it('go on when the metadata service was away, with nothing lost', { timeout: 60_000 }, async () => {
    await using page = await openPage(stack.base);
    await eventually('the first event comes', () => page.events.length > 0);
    const metadata = stack.service('metadata');
    const before = await upload('before-the-outage');
    await metadata.stop('SIGKILL');
    await stack.start('metadata');
    let id = '';
    await eventually('an upload succeeds again', async () => {
      id = (await upload('after-the-outage')) ?? '';
      return id !== '';
    });
    await eventually(
      'both files are told of',
      () => statesOf(page.events, id).length > 0 && statesOf(page.events, before).length > 0,
    );
  });

  it('do not begin for HEAD', async () => {
    const head = await fetch(`${stack.base}/api/v1/events`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-type')], [200, 'text/event-stream']);
    assert.equal(await head.text(), '');
  });

  it('are not for other sites', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as const) {
      const response = await fetch(`${stack.base}/api/v1/events`, { headers: { ...headers } });
      assert.equal(response.status, 403);
      await response.body?.cancel();
    }
  });

  it('tell a slow reader the latest of all that it missed', { timeout: 60_000 }, async () => {
    await using page = await openPage(stack.base);
    await eventually('the first event comes', () => page.events.length > 0);
    page.response.pause();
    const ids: string[] = [];
    for (let n = 0; n < 30; n++) ids.push(await upload(`slow-${n}`));
    await delay(500);
    page.response.resume();
    await eventually('every file is told of', () => ids.every((id) => statesOf(page.events, id).length > 0));
  });
});

/** A live page: collects what it is told until it is closed. */
async function openPage(base: string, headers: Record<string, string> = {}) {
  const events: ServerEvent[] = [];
  const request = get(`${base}/api/v1/events`, { headers });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  assert.equal(response.statusCode, 200);
  let unread = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (unread + text).split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (field('event') === '') continue;
      events.push({ id: field('id'), name: field('event'), data: JSON.parse(field('data')), at: performance.now() });
    }
  });
  return {
    events,
    response,
    [Symbol.asyncDispose]: async () => {
      request.destroy();
    },
  };
}

/** The states in which events told of the file, in order. */
function statesOf(events: readonly ServerEvent[], id: string): string[] {
  return events
    .filter(({ name }) => name === 'files')
    .flatMap(({ data }) => {
      const { files, deleted } = data as ChangedFiles;
      if (deleted.includes(id)) return ['deleted'];
      return files.filter((file) => file.id === id).map(({ status }) => status);
    });
}

function lastStats(events: readonly ServerEvent[]): StatsJson | undefined {
  return events.findLast(({ name }) => name === 'stats')?.data as StatsJson | undefined;
}
