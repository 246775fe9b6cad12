import { statsToJson } from '#contract/json.ts';
import type { StatsJson } from '#contract/schemas.ts';
import { FilemillError } from '#domain/errors.ts';
import { workSourceName } from '#domain/work-source.ts';
import { type Check, check } from '../check.ts';
import { checkClocks, checkDatabase } from '../check-database.ts';
import type { SystemJson } from '../dependencies.ts';
import { plural, printable } from '../output/printable.ts';
import type { Session } from '../session.ts';
import type { Advice } from './advice.ts';

interface Asked {
  readonly system: SystemJson;
  /** When it answered, by `performance.now()`. */
  readonly at: number;
  readonly advice: Advice;
  readonly timeoutMs: number;
}

/** What the metadata service knows from the database: its state, the clocks, and the workers. */
export async function checkWorkers({ files }: Session, { system, at, advice, timeoutMs }: Asked): Promise<Check[]> {
  try {
    let upload: Date | undefined;
    const onServerTime = (time: Date) => {
      upload = time;
    };
    const stats = statsToJson(await files.getStats({}, { timeoutMs, onServerTime }));
    const thisMachine = new Date();
    const { database } = stats;
    if (database === null) return [checkDatabase(null), workersAlive(stats, advice)];
    const ahead = clocksAhead(system, database.now, performance.now() - at);
    return [
      checkDatabase(database),
      checkClocks({ thisMachine, upload, database, ahead }),
      workersAlive(stats, advice),
    ];
  } catch (error) {
    const reason = error instanceof FilemillError ? error.message : String(error);
    return [check('Database', false, printable(reason), advice.logsOf('metadata'))];
  }
}

/** @param sinceMs how long ago the services told their times */
function clocksAhead({ services }: SystemJson, reference: string | null, sinceMs: number): Record<string, number> {
  const pairs = services.flatMap(({ service, instance, now, clock_ahead_seconds: seconds }) => {
    if (seconds !== null) return [[printable(instance), seconds * 1_000]];
    return service !== 'result' || now === null
      ? []
      : [[service, Date.parse(now) + sinceMs - Date.parse(reference ?? '')]];
  });
  return Object.fromEntries(pairs) as Record<string, number>;
}

function workersAlive({ workers, statuses }: StatsJson, { noWorker }: Advice): Check {
  const pending = statuses.PENDING?.files ?? 0;
  const sources = [...new Set(workers.map(({ source }) => workSourceName(source)))].join(', ');
  const detail =
    workers.length > 0
      ? `${plural(workers.length, 'worker')} alive (work from: ${printable(sources)})`
      : `none alive, ${plural(pending, 'file')} pending`;
  return check('Workers', workers.length > 0, detail, noWorker);
}
