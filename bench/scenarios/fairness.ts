import { setTimeout as delay } from 'node:timers/promises';
import type { Scope } from '#domain/access.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { atMost, type Figure } from '../figure.ts';
import type { Scenario } from '../scenario.ts';
import { FilemillSystem } from '../system.ts';
import { smallLoad } from './small-files.ts';

/** Both wait while the only worker is stopped, so that the backlog of one lies before the few files of the other. */
export const fairness: Scenario = {
  name: 'fairness',
  title: 'ten files of one tenant behind the backlog of another, and that backlog',
  async run(bench) {
    await using system = await FilemillSystem.start(bench.env, ['--auth', '--workers', '1']);
    const [crowd, few] = [await tokenOf(system, 'crowd'), await tokenOf(system, 'few')];
    await system.run({ ...smallLoad, files: 2_000 });
    const worker = system.usage().find(({ name }) => name === 'worker')?.pid;
    if (worker === undefined) throw new Error('There is no worker');
    process.kill(worker, 'SIGSTOP');
    const files = bench.quick ? 10_000 : 40_000;
    await system.send({ ...smallLoad, files, authorization: crowd });
    await system.send({ ...smallLoad, files: 10, authorization: few });
    const began = performance.now();
    process.kill(worker, 'SIGCONT');
    const waited = new Map<string, number>();
    for (const [tenant, wanted] of [
      ['few', 10],
      ['crowd', files],
    ] as const) {
      while ((await completedOf(system, tenant)) < wanted) await delay(5);
      waited.set(tenant, performance.now() - began);
    }
    const seconds = (tenant: string) => (waited.get(tenant) ?? 0) / 1_000;
    bench.note(`10 files after ${seconds('few').toFixed(2)} s, ${files} after ${seconds('crowd').toFixed(2)} s`);
    return [atMost({ name: 'fairness', unit: 's', value: seconds('few') }, seconds('crowd'), 0.25)] satisfies Figure[];
  },
};

async function tokenOf(system: FilemillSystem, tenant: string): Promise<string> {
  using channel = new RpcChannel(system.stack.server, system.client);
  const scopes: Scope[] = ['upload', 'read'];
  const { secret } = await channel.client(AccessService).createToken({ name: tenant, tenant, scopes });
  return `Bearer ${secret}`;
}

async function completedOf(system: FilemillSystem, tenant: string): Promise<number> {
  const text = `select coalesce(sum(files), 0)::int as files from file_counts where status = 'COMPLETED' and tenant = $1`;
  return (await system.query<{ files: number }>(text, [tenant]))[0]?.files ?? 0;
}
