import { setTimeout as delay } from 'node:timers/promises';
import { RetentionService } from '#gen/filemill/v1/retention_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { audit } from '../audit.ts';
import { atLeast, median } from '../figure.ts';
import { cpuBetween } from '../processes.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem } from '../system.ts';
import { smallLoad } from './small-files.ts';

/** A million files whose retention has ended go while new ones come in, and rest in every second round. */
export const retention: Scenario = {
  name: 'retention',
  title: 'small files while the janitor removes a million old ones, beside rounds in which it rests',
  async run(bench) {
    await using system = await FilemillSystem.start(bench.env);
    const old = bench.quick ? 100_000 : 1_000_000;
    await system.run({ ...smallLoad, files: bench.quick ? 5_000 : 20_000 });
    await insertOld(system, old, bench);
    await setRule(system);
    const shares: number[] = [];
    let removed = 0;
    let ms = 0;
    for (let round = 0; round < 5; round++) {
      await letAct(system, false);
      const resting = await rateOf(system, bench, 'resting');
      await letAct(system, true);
      const [leftBefore, began] = [await oldLeft(system), performance.now()];
      shares.push((await rateOf(system, bench, 'beside')) / resting);
      ms += performance.now() - began;
      removed += leftBefore - (await oldLeft(system));
    }
    bench.note(`${removed} removed under load: ${perSecond(removed, ms)} files/s`);
    await removeRest(system, bench);
    await audit(system);
    return [atLeast({ name: 'retention-beside-load', unit: 'of the rate', value: median(shares) }, 1, 0.9)];
  },
};

async function rateOf(system: FilemillSystem, { quick, note }: Bench, when: string): Promise<number> {
  const load = { ...smallLoad, files: quick ? 10_000 : 20_000 };
  const begun = Date.now();
  await system.send(load);
  // The number of COMPLETED files falls while old ones go, so that it cannot tell when the new ones are done.
  for (const table of ["file_states where status = 'PENDING'", 'claims'])
    while ((await system.query(`select from ${table} limit 1`)).length > 0) await delay(10);
  const rate = (load.files * 1_000) / (Date.now() - begun);
  note(`${when}: ${rate.toFixed(0)} files/s`);
  return rate;
}

/** Resolves once the janitor is at work, or rests. */
async function letAct(system: FilemillSystem, acts: boolean): Promise<void> {
  await system.query(`update retention_rules set acts_at = ${acts ? 'now()' : "'infinity'"}`);
  const positions = () => system.query<object>('select position from retention_walks order by what, status');
  for (let before = await positions(); ; before = await positions()) {
    await delay(1_000);
    if ((JSON.stringify(await positions()) !== JSON.stringify(before)) === acts) return;
  }
}

async function removeRest(system: FilemillSystem, { note }: Bench): Promise<void> {
  const [left, began, before] = [await oldLeft(system), performance.now(), system.usage()];
  while ((await oldLeft(system)) > 0) await delay(2_000);
  note(`the other ${left} alone: ${perSecond(left, performance.now() - began)} files/s`);
  const waiting = "select from blob_deletions where taken_until < 'infinity' limit 1";
  while ((await system.query(waiting)).length > 0) await delay(200);
  note(`their bytes were gone ${((performance.now() - began) / 1_000).toFixed(0)} s later`);
  const each = [...cpuBetween(before, system.usage())].filter(([, ms]) => ms > 0);
  note(
    `µs of CPU a removed file: ${each.map(([name, ms]) => `${name} ${((ms * 1_000) / left).toFixed(0)}`).join(', ')}`,
  );
}

const isOld = "uuidv7(interval '-365 days')";

async function oldLeft(system: FilemillSystem): Promise<number> {
  const [left] = await system.query<{ files: number }>(
    `select count(*)::int as files from results where id < ${isOld}`,
  );
  return left?.files ?? 0;
}

async function setRule(system: FilemillSystem): Promise<void> {
  using channel = new RpcChannel(system.stack.server, system.client);
  await channel.client(RetentionService).setRule({ keepFilesSeconds: BigInt(365 * 86_400), actsNow: true });
}

/** COMPLETED files that ended more than a year ago; their bytes are missing, as a removal of bytes may be repeated. */
async function insertOld(system: FilemillSystem, files: number, { note }: Bench): Promise<void> {
  const began = performance.now();
  await system.query(
    `insert into files (id, storage_key, filename, size, mime_type, status, attempt, max_attempts, created_at, updated_at,
       completed_at, sha256)
     select i.id, i.id::text, format('old-%s.txt', n), 4096, 'text/plain', 'COMPLETED', 1, 3, i.at, i.at, i.at, repeat('ab', 32)
     from generate_series(1, $1::int) as n, lateral (
       select uuidv7(interval '-400 days' + n * interval '10 ms') as id, now() - interval '400 days' + n * interval '10 ms' as at
     ) i`,
    [files],
  );
  await system.query(
    `insert into results (id, file_id, output_data)
     select f.id, f.id, jsonb_build_object('mime_type', mime_type, 'word_count', 7, 'sha256', sha256, 'size', size)
     from files f where f.id < ${isOld}`,
  );
  await system.query(
    `insert into file_counts (tenant, shard, status, error_code, files, bytes)
     select 'default', 0, 'COMPLETED', '', $1::int, $1::bigint * 4096
     on conflict (tenant, shard, status, error_code) do update
       set files = file_counts.files + excluded.files, bytes = file_counts.bytes + excluded.bytes`,
    [files],
  );
  await system.query('vacuum (analyze) files, results');
  note(`${files} old files made in ${perSecond(files, performance.now() - began)} files/s`);
}

function perSecond(count: number, ms: number): string {
  return ((count * 1_000) / ms).toFixed(0);
}
