import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FileJson } from '#contract/schemas.ts';
import { type Cluster, httpServices, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { TusRequests } from '../support/tus-requests.ts';
import { filesBelow, queryRows } from '../support/upload-stack.ts';
import { type HttpAttack, hostileRequest } from './hostile/http-requests.ts';
import { assertOnlyObjects } from './hostile/only-objects.ts';
import { Random } from './random.ts';

// biome-ignore-start lint/style/noProcessEnv: a test has no config of its own
const requests = Number(process.env.FILEMILL_TEST_FUZZ_MESSAGES ?? 300);
const seed = process.env.FILEMILL_TEST_SEED ?? randomBytes(4).toString('hex');
// biome-ignore-end lint/style/noProcessEnv: see above

/** Connections at a time, each with one request. */
const lanes = Math.min(32, Math.ceil(requests / 10));

let stack: Cluster;
let tus: TusRequests;
/** Paths of uploads that were begun. */
const uploads: string[] = [];
before(async () => {
  stack = await startCluster({
    services: httpServices,
    settings: {
      FILEMILL_STREAM_IDLE_MS: '2000',
      FILEMILL_MAX_FILE_SIZE: '1000000',
      FILEMILL_LOG_LEVEL: 'warn',
    },
  });
  await stack.start('worker');
  tus = new TusRequests(stack.base);
  uploads.push(new URL(await tus.begin('good.txt', 900_000)).pathname);
});
after(() => stack[Symbol.asyncDispose]());

describe(`Hostile HTTP, seed ${seed}, does no harm`, () => {
  it('to PUT and tus', { timeout: 60_000 + 50 * requests }, async (test) => {
    const beside = await readdir(dirname(stack.storageDir));
    const answers = await attack();
    test.diagnostic(`${requests} requests: ${JSON.stringify(Object.fromEntries([...answers].sort()))}`);
    for (const { name, child, log } of stack.running()) {
      assert.deepEqual([child.exitCode, child.signalCode], [null, null], `${name} ended:\n${log()}`);
      assert.doesNotMatch(log(), /call failed|request failed/);
    }
    const improper = [...answers.keys()].filter((answer) => !proper.test(answer));
    assert.deepEqual(improper, []);
    assert.deepEqual(await readdir(dirname(stack.storageDir)), beside);
    await assertOnlyObjects(stack.storageDir);
    await eventually('nothing is left of refused uploads', async () => (await keptOfRefused()).length === 0);
    for (const { filename, path } of await rows()) {
      assert.doesNotMatch(`${filename}`, /[\p{Cc}\p{Bidi_Control}/\\]|^\.{0,2}$/u);
      assert.doesNotMatch(`${path}`, /[\p{Cc}\p{Bidi_Control}\\]|^\/|(^|\/)\.{1,2}(\/|$)/u);
    }
    await assertTakesGoodOnes();
  });
});

/** Refused by the client's fault, or kept. `gone`: who had not said all, and left; `closed`: cut off without a word. */
const proper = /^(20\d|4\d\d|501|505|gone|closed)$/;

/** Answers with how many requests ended in which way. */
async function attack(): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  let left = requests;
  async function lane(): Promise<void> {
    while (left > 0) {
      left -= 1;
      // One of its own, so that a request can be had again whatever the others do.
      const random = new Random(`${seed} http ${left}`);
      const answer = await say(hostileRequest(random, uploads), random.between(0, 200));
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  return answers;
}

/** Says it and hears the answer; whoever has not said all goes away after a while. Resolves to the status. */
async function say({ bytes, method, content }: HttpAttack, patienceMs: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<HttpAnswer | 'gone' | 'none' | 'closed'>();
  const isWhole = content !== undefined;
  const timer = setTimeout(() => resolve(isWhole ? 'none' : 'gone'), isWhole ? 30_000 : patienceMs);
  const socket = connect(Number(new URL(stack.base).port), '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('error', () => undefined);
  socket.once('close', () => resolve('closed'));
  socket.on('data', (text: string) => {
    heard += text;
    const answer = finalAnswer(heard, method);
    if (answer !== undefined) resolve(answer);
  });
  socket.write(bytes);
  const answer = await promise;
  clearTimeout(timer);
  socket.destroy();
  if (typeof answer === 'string') return answer;
  note(answer, method, content);
  return answer.status;
}

interface HttpAnswer {
  readonly status: string;
  readonly head: string;
  readonly body: string;
}

/** The first whole answer that is not an interim one. */
function finalAnswer(heard: string, method: string): HttpAnswer | undefined {
  const [, status = '', head = '', rest = ''] =
    /^(?:HTTP\/1\.1 1\d\d .*?\r\n\r\n)*HTTP\/1\.1 ([2-5]\d\d) (.*?\r\n)\r\n(.*)$/s.exec(heard) ?? [];
  const length = method === 'HEAD' ? 0 : Number(/^content-length: (\d+)\r$/im.exec(head)?.[1] ?? 0);
  return status !== '' && rest.length >= length ? { status, head, body: rest.slice(0, length) } : undefined;
}

/** What a success tells has to be true, and where an upload was begun others go on with it. */
function note({ status, head, body }: HttpAnswer, method: string, content: Buffer | undefined): void {
  const location = /^location: (uploads\/[0-9a-f-]{36})\r$/im.exec(head)?.[1];
  if (location !== undefined) uploads.push(`/${location}`);
  if (method !== 'PUT' || content === undefined || !status.startsWith('2')) return;
  assert.equal((JSON.parse(body) as { sha256: string }).sha256, sha256Of(content));
}

async function rows(): Promise<Record<string, unknown>[]> {
  return await queryRows(stack.databaseUrl, 'select filename, path, storage_key from files');
}

/** What is staged, and objects that no row knows; for a moment, both may be of a request whose client left. */
async function keptOfRefused(): Promise<string[]> {
  const known = new Set((await rows()).map(({ storage_key }) => storage_key));
  const paths = await filesBelow(stack.storageDir);
  return paths.filter((path) => /^(staging|objects)\//.test(path) && !known.has(path.split('/').at(-1)));
}

async function assertTakesGoodOnes(): Promise<void> {
  const content = randomBytes(200_000);
  const put = await fetch(`${stack.base}/files/still-well`, { method: 'PUT', body: content });
  assert.equal(put.status, 201);
  const url = await tus.begin('still-well', content.length);
  assert.equal((await tus.patch(url, 0, content.subarray(0, 70_000))).status, 204);
  const last = await tus.patch(url, 70_000, content.subarray(70_000));
  const { id } = (await put.json()) as { id: string };
  for (const kept of [id, last.headers.get('filemill-file-id')]) {
    const file = async () => (await (await fetch(`${stack.base}/api/v1/files/${kept}`)).json()) as FileJson;
    await eventually('the file is COMPLETED', async () => (await file()).status === 'COMPLETED');
    assert.equal((await file()).sha256, sha256Of(content));
  }
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
