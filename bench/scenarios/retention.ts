import { setTimeout as delay } from 'node:timers/promises';
import { RetentionService } from '#gen/filemill/v1/retention_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { audit } from '../audit.ts';
import { atLeast, median } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem } from '../system.ts';
import { smallLoad } from './small-files.ts';

/** A million files whose retention has ended go while new ones come in. */
export const retention: Scenario = {
  name: 'retention',
  title: 'small files while the janitor removes a million old ones, beside the same before',
  async run(bench) {
    await using system = await FilemillSystem.start(bench.env);
    const old = bench.quick ? 20_000 : 1_000_000;
    await system.run({ ...smallLoad, files: bench.quick ? 5_000 : 20_000 });
    await insertOld(system, old, bench);
    const before = await rates(system, bench, 'before');
    await setRule(system);
    const began = performance.now();
    const beside = await rates(system, bench, 'beside');
    const underLoad = old - (await oldLeft(system));
    const loadedFor = performance.now() - began;
    bench.note(`${underLoad} of ${old} removed under load: ${perSecond(underLoad, loadedFor)} files/s`);
    while ((await oldLeft(system)) > 0) await delay(200);
    const alone = performance.now() - began - loadedFor;
    bench.note(`the other ${old - underLoad} alone: ${perSecond(old - underLoad, alone)} files/s`);
    while ((await system.query(`select from blob_deletions where taken_until < 'infinity' limit 1`)).length > 0)
      await delay(200);
    bench.note(`their bytes were gone ${((performance.now() - began) / 1_000).toFixed(0)} s after the rule was set`);
    await audit(system);
    return [atLeast({ name: 'retention-beside-load', unit: 'files/s', value: median(beside) }, median(before), 0.85)];
  },
};

async function rates(system: FilemillSystem, { quick, note }: Bench, when: string): Promise<number[]> {
  const load = { ...smallLoad, files: quick ? 5_000 : 20_000 };
  const measured: number[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    // The count of COMPLETED files falls while old ones go, so that it cannot tell when the new ones are done.
    const begun = Date.now();
    await system.send(load);
    while ((await system.query(`select from file_states where status = 'PENDING' limit 1`)).length > 0) await delay(10);
    while ((await system.query('select from claims limit 1')).length > 0) await delay(10);
    measured.push((load.files * 1_000) / (Date.now() - begun));
    note(`${when}: ${measured.at(-1)?.toFixed(0)} files/s`);
  }
  return measured;
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
