import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { audit } from '../audit.ts';
import { atLeast, median } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem } from '../system.ts';
import { smallLoad } from './small-files.ts';

export const webhookedSmallFiles: Scenario = {
  name: 'small-files-webhook',
  title: 'the first row while a webhook is told of each file, beside the same without',
  async run(bench) {
    await using plain = await FilemillSystem.start(bench.env);
    const settings = { ...bench.env, FILEMILL_WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1' };
    await using told = await FilemillSystem.start(settings);
    await using receiver = await Receiver.start();
    await subscribe(told, receiver.url);
    const rates: Record<'plain' | 'told', number[]> = { plain: [], told: [] };
    const [rounds, files] = bench.quick ? [1, 5_000] : [5, 20_000];
    const load = { ...smallLoad, files };
    for (const system of [plain, told]) await system.run({ ...load, files: Math.ceil(files * 1.5) });
    let sent = Math.ceil(files * 1.5);
    for (let round = 0; round < rounds; round++) {
      // What earlier rounds left is delivered first, so that the plain system has the machine to itself.
      await untilDelivered(bench, receiver, sent);
      rates.plain.push((files * 1_000) / (await plain.run(load)).ms);
      rates.told.push((files * 1_000) / (await told.run(load)).ms);
      sent += files;
      bench.note(`${rates.plain.at(-1)?.toFixed(0)} files/s without, ${rates.told.at(-1)?.toFixed(0)} with a webhook`);
    }
    await untilDelivered(bench, receiver, sent);
    await audit(told);
    const { messages, ids } = await receiver.count();
    bench.note(`${sent} files, ${messages} messages about ${ids} of them`);
    if (ids !== sent) throw new Error(`${sent - ids} files were not told of`);
    const value = median(rates.told);
    return [atLeast({ name: 'small-files-webhook', unit: 'files/s', value }, median(rates.plain), 0.9)];
  },
};

async function subscribe(system: FilemillSystem, url: string): Promise<void> {
  using channel = new RpcChannel(system.stack.server);
  await channel.client(WebhookService).createWebhook({ url, events: ['file.completed'] });
}

async function untilDelivered(bench: Bench, receiver: Receiver, files: number): Promise<void> {
  const begun = performance.now();
  const before = await receiver.count();
  while ((await receiver.count()).ids < files) await delay(50);
  const [ms, rest] = [performance.now() - begun, files - before.ids];
  if (rest > 0) bench.note(`${((rest * 1_000) / ms).toFixed(0)} messages/s for the ${rest} that were left`);
}

interface Count {
  readonly messages: number;
  readonly ids: number;
}

/** In a process of its own, as it would be. */
class Receiver implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  static async start(): Promise<Receiver> {
    const child = fork(join(import.meta.dirname, '../baselines/webhook-receiver.ts'), {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const [chunk] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    return new Receiver(child, Number(chunk.toString()));
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}/`;
  }

  async count(): Promise<Count> {
    const answer = once(this.#child, 'message');
    this.#child.send('count');
    return ((await answer) as [Count])[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
  }
}
