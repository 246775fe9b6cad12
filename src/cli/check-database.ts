import type { StatsJson } from '#contract/schemas.ts';
import { type Check, check } from './check.ts';
import { formatDuration } from './output/printable.ts';

type DatabaseState = NonNullable<StatsJson['database']>;

export function checkDatabase(state: StatsJson['database']): Check {
  const way = state?.pooled ? ', through a pooler' : '';
  const news =
    state?.notified === false
      ? ' that passes no notifications on: changes are polled every 250 ms (set FILEMILL_DATABASE_LISTEN_URL to bypass it)'
      : '';
  return check('Database', true, `the metadata service answers from it${way}${news}`, null);
}

/** Clocks within this distance agree, given rounding and the time that an answer takes. */
const agreeMs = 5_000;
/** A larger difference confuses people, although it does no harm yet. */
const wrongMs = 60_000;

interface Clocks {
  readonly thisMachine: Date;
  /** The time of the process that answered; undefined when a proxy has removed it. */
  readonly upload: Date | undefined;
  readonly database: DatabaseState;
  /** How far further clocks are ahead of PostgreSQL's, in milliseconds. */
  readonly ahead?: Readonly<Record<string, number>>;
}

/** Compares all clocks with PostgreSQL's, which dates the files. */
export function checkClocks({ thisMachine, upload, database, ahead = {} }: Clocks): Check {
  const reference = Date.parse(database.now ?? '');
  const others = {
    'this machine': thisMachine.getTime(),
    upload: upload?.getTime(),
    metadata: timeOf(database.service_now),
  };
  const known = Object.entries(others).flatMap(([name, ms]) =>
    ms === undefined ? [] : [{ name, ms: ms - reference }],
  );
  const apart = [...known, ...Object.entries(ahead).map(([name, ms]) => ({ name, ms }))].filter(
    ({ ms }) => Math.abs(ms) > agreeMs,
  );
  const told =
    apart.length === 0
      ? "this machine and the services agree with PostgreSQL's clock"
      : apart
          .map(
            ({ name, ms }) => `${name} is ${formatDuration(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'} PostgreSQL`,
          )
          .join(', ');
  const action =
    'Synchronize the clocks of all hosts with NTP. Files are safe, but a host that is an hour behind PostgreSQL refuses uploads.';
  return check(
    'Clocks',
    apart.every(({ ms }) => Math.abs(ms) <= wrongMs),
    `${told}${stepOf(database)}`,
    action,
  );
}

function stepOf({ latest_step: step }: DatabaseState): string {
  if (step === null) return '';
  const direction = step.seconds > 0 ? 'ahead' : 'back';
  return `; PostgreSQL's was set ${direction} by ${formatDuration(Math.abs(step.seconds) * 1_000)} and was ${step.at} then`;
}

function timeOf(text: string | null): number | undefined {
  return text === null ? undefined : Date.parse(text);
}
