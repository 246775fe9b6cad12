import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from '../audit.ts';
import { atLeast, type Figure, median } from '../figure.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { FilemillSystem, type Load, type Run, SinkSystem, type System } from '../system.ts';

const oneAtATime = join(import.meta.dirname, '../baselines/one-at-a-time.ts');

export const smallFiles: Scenario = {
  name: 'small-files',
  title: '4 KiB text files from upload to COMPLETED, packed into segments, beside a sink that writes each one',
  async run(bench) {
    await using sink = await SinkSystem.start();
    await using packed = await FilemillSystem.start(bench.env);
    // Six processes need longer to warm up than one.
    if (!bench.quick) await packed.run({ ...smallLoad, files: 60_000 });
    const figure = await beside(bench, packed, sink, (value, baseline) =>
      atLeast({ name: 'small-files-packed', unit: 'files/s', value }, baseline, 1),
    );
    await audit(packed);
    const [kept] = await packed.query<{ bytes: number }>(bytesKept);
    bench.note(`PostgreSQL keeps ${kept?.bytes} bytes of a file and its result, indexes included`);
    return [figure];
  },
};

export const smallFileVariants: Scenario = {
  name: 'small-file-variants',
  title: 'the same with one object a file, with dispatch by PostgreSQL, and one row and one call at a time',
  async run(bench) {
    await using sink = await SinkSystem.start();
    await using packed = await FilemillSystem.start(bench.env);
    const figures: Figure[] = [];
    for (const { name, env, target, load } of variants) {
      await using other = await FilemillSystem.start({ ...bench.env, ...env });
      const held = target.of === 'sink' ? sink : packed;
      figures.push(await beside(bench, other, held, target.figure(name), load));
      await audit(other);
    }
    await audit(packed);
    return figures;
  },
};

export const secureSmallFiles: Scenario = {
  name: 'small-files-secure',
  title: 'the first row with a token for every caller, and with TLS as well, beside the same without',
  async run(bench) {
    await using open = await FilemillSystem.start(bench.env);
    const figures: Figure[] = [];
    for (const { name, more, target } of [
      { name: 'small-files-with-tokens', more: ['--auth'], target: 0.95 },
      { name: 'small-files-with-tokens-and-tls', more: ['--auth', '--tls'], target: 0.7 },
    ]) {
      await using secure = await FilemillSystem.start(bench.env, more);
      figures.push(
        await beside(bench, secure, open, (value, baseline) =>
          atLeast({ name, unit: 'files/s', value }, baseline, target),
        ),
      );
      await audit(secure);
    }
    return figures;
  },
};

export const watchedSmallFiles: Scenario = {
  name: 'small-files-watched',
  title: 'the first row with a log line for each file, and with traces of one in a hundred too, beside neither',
  async run(bench) {
    await using silent = await FilemillSystem.start({ ...bench.env, FILEMILL_LOG_FILES: 'failures' });
    const folder = await mkdtemp(join(tmpdir(), 'filemill-traces-'));
    await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
    const sampled = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' };
    const figures: Figure[] = [];
    for (const { name, env } of [
      { name: 'small-files-logged', env: {} },
      { name: 'small-files-traced', env: { ...sampled, FILEMILL_TRACE_LOG: join(folder, 'traces.jsonl') } },
    ]) {
      await using watched = await FilemillSystem.start({ ...bench.env, ...env });
      figures.push(
        await beside(bench, watched, silent, (value, baseline) =>
          atLeast({ name, unit: 'files/s', value }, baseline, 0.95),
        ),
      );
    }
    return figures;
  },
};

/** Measures what remains on the disk once all is done. */
const bytesKept = `
  select ((pg_total_relation_size('files') + pg_total_relation_size('results')) / count(*))::int as bytes from files`;

interface Variant {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly target: {
    readonly of: 'sink' | 'packed';
    readonly figure: (name: string) => (value: number, baseline: number) => Figure;
  };
  readonly load?: Partial<Load>;
}

const variants: readonly Variant[] = [
  {
    name: 'small-files-objects',
    env: { FILEMILL_PACK_BELOW: '0' },
    target: {
      of: 'sink',
      figure: (name) => (value, baseline) => atLeast({ name, unit: 'files/s', value }, baseline, 0.55),
    },
  },
  {
    name: 'small-files-postgresql',
    env: { FILEMILL_REDIS_URL: 'none' },
    target: {
      of: 'packed',
      figure: (name) => (value, baseline) => atLeast({ name, unit: 'files/s', value }, baseline, 0.7),
    },
  },
  {
    name: 'small-files-batched',
    // With an object each: one fsync after the other in a segment would make it slower still.
    env: { NODE_OPTIONS: `--import=${oneAtATime}`, FILEMILL_WORKER_PREFETCH: '0', FILEMILL_PACK_BELOW: '0' },
    // How many times faster the batches are.
    target: {
      of: 'packed',
      figure: (name) => (value, baseline) => atLeast({ name, unit: 'files/s', value: baseline }, value, 3),
    },
    load: { kind: 'single', concurrency: 64, files: 1_000 },
  },
];

/** Load on both in turn; the medians of several rounds, once both are warm. */
async function beside(
  bench: Bench,
  system: FilemillSystem,
  held: System,
  figure: (value: number, baseline: number) => Figure,
  special: Partial<Load> = {},
): Promise<Figure> {
  const usual: Load = { ...smallLoad, files: bench.quick ? 5_000 : 20_000 };
  const loads = [
    { system, load: { ...usual, ...special } },
    { system: held, load: usual },
  ];
  for (const { system, load } of loads)
    await system.run({ ...load, files: Math.ceil(load.files * (bench.quick ? 1 : 1.5)) });
  const rates = new Map<System, number[]>(loads.map(({ system }) => [system, []]));
  for (let round = 0; round < (bench.quick ? 1 : 3); round++)
    for (const { system, load } of loads) {
      const run = await system.run(load);
      rates.get(system)?.push((load.files * 1_000) / run.ms);
      bench.note(describe(load, run));
    }
  return figure(median(rates.get(system) ?? []), median(rates.get(held) ?? []));
}

/** What the first row sends. */
export const smallLoad = { kind: 'many', files: 20_000, bytes: 4_096, concurrency: 1_024, hashed: true } as const;

function describe({ files }: Load, { ms, cpuMs }: Run): string {
  const each = [...cpuMs]
    .filter(([, used]) => used > 0)
    .map(([name, used]) => `${name} ${((used * 1_000) / files).toFixed(0)}`);
  return `${((files * 1_000) / ms).toFixed(0)} files/s; µs of CPU a file: ${each.join(', ')}`;
}
