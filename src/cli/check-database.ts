import type { StatsJson } from '#contract/schemas.ts';
import { type Check, check } from './check.ts';
import { formatDuration } from './output/printable.ts';

type DatabaseState = NonNullable<StatsJson['database']>;

export function checkDatabase(state: StatsJson['database']): Check {
  const way = state?.pooled ? ', through a pooler' : '';
  const news =
    state?.notified === false
      ? ' that passes no notification on: changes are looked for every 250 ms (FILEMILL_DATABASE_LISTEN_URL leads past it)'
      : '';
  return check('Database', true, `the metadata service answers from it${way}${news}`, null);
}

/** Rounding, and what an answer takes on its way. */
const agreeMs = 5_000;
/** Further apart, times that people see confuse them, long before anything goes wrong. */
const wrongMs = 60_000;

interface Clocks {
  readonly thisMachine: Date;
  /** Of the process that answered; undefined where something between took its time away. */
  readonly upload: Date | undefined;
  readonly database: DatabaseState;
}

/** Compares all clocks with PostgreSQL's, by which the times of files are taken. */
export function checkClocks({ thisMachine, upload, database }: Clocks): Check {
  const reference = Date.parse(database.now ?? '');
  const others = {
    'this machine': thisMachine.getTime(),
    upload: upload?.getTime(),
    metadata: timeOf(database.service_now),
  };
  const apart = Object.entries(others).flatMap(([name, ms]) =>
    ms === undefined || Math.abs(ms - reference) <= agreeMs ? [] : [{ name, ms: ms - reference }],
  );
  const told =
    apart.length === 0
      ? "those of this machine and of the services agree with PostgreSQL's"
      : apart
          .map(
            ({ name, ms }) => `${name} is ${formatDuration(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'} PostgreSQL`,
          )
          .join(', ');
  const action =
    'Let NTP keep the clocks of all hosts. Files are safe, but uploads are refused once their host is an hour behind PostgreSQL.';
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
