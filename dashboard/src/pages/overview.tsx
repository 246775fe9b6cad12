import type { StatsJson } from '#contract/schemas.ts';
import { fileStatuses } from '#domain/file-state.ts';
import { may } from '../access.ts';
import { bytes, count, files, rate, seconds } from '../format.ts';
import { healthOf } from '../health.ts';
import { lost, stats } from '../live/events.ts';
import { recentRate } from '../live/rates.ts';
import { readiness } from '../live/readiness.ts';
import { Arrivals } from '../parts/arrivals.tsx';
import { NothingYet } from '../parts/empty.tsx';
import { HistoryCharts } from '../parts/history-charts.tsx';
import { Icon } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { StatusMark } from '../parts/status.tsx';
import { SystemPanel } from '../parts/system-panel.tsx';
import { hrefOf } from '../router.ts';

export function OverviewPage() {
  const now = stats.value;
  const upload = may('upload') ? (
    <Link class="button" href={hrefOf('upload')}>
      <Icon name="upload" /> Upload
    </Link>
  ) : undefined;
  return (
    <Page title="Overview" actions={upload}>
      {now === undefined ? <Loading text="Waiting for the first figures…" lines={8} /> : <Figures now={now} />}
    </Page>
  );
}

function Figures({ now }: { readonly now: StatsJson }) {
  const all = Object.values(now.statuses).reduce((sum, status) => sum + status.files, 0);
  return (
    <>
      <HealthLine now={now} />
      {all === 0 && <NothingYet />}
      <KeyFigures now={now} />
      <HistoryCharts />
      <div class="halves">
        <div>
          <Arrivals />
        </div>
        <div>
          <SystemPanel />
          <StatusTable now={now} />
          <ErrorTable now={now} />
        </div>
      </div>
    </>
  );
}

function HealthLine({ now }: { readonly now: StatsJson }) {
  const { tone, sentence, detail } = healthOf({
    lost: lost.value,
    ready: readiness.value,
    now,
    out: recentRate('out', 15),
  });
  const icons = { good: 'check', wait: 'clock', bad: 'failures' } as const;
  return (
    <p class={`health health-${tone}`}>
      <span class="health-mark">
        <Icon name={icons[tone]} />
      </span>
      <strong>{sentence}.</strong> <span class="quiet">{detail}.</span>
    </p>
  );
}

/** Four that matter at once, and five that explain them. */
function KeyFigures({ now }: { readonly now: StatsJson }) {
  const filesIn = (status: string) => now.statuses[status]?.files ?? 0;
  const threads = now.workers.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = now.workers.reduce((sum, worker) => sum + worker.busy, 0);
  const waits = filesIn('PENDING') === 0 ? 'none waits' : seconds(now.oldest_pending_seconds);
  return (
    <>
      <dl class="figures">
        <Figure name="In" value={rate(recentRate('in'))} />
        <Figure name="Out" value={rate(recentRate('out'))} />
        <Figure name="Backlog" value={files(filesIn('PENDING') + filesIn('PROCESSING'))} />
        <Figure name="Failed" value={files(filesIn('FAILED'))} />
      </dl>
      <dl class="tiles">
        <Figure name="Oldest pending" value={waits} />
        <Figure name="Wait p50 / p95" value={durations(now.wait_seconds)} />
        <Figure name="Processing p50 / p95" value={durations(now.processing_seconds)} />
        <Figure name="Workers alive" value={count(now.workers.length)} />
        <Figure name="Threads busy" value={`${count(busy)} of ${count(threads)}`} />
      </dl>
    </>
  );
}

/** Describes the latest thousand results. */
function durations(known: StatsJson['wait_seconds']): string {
  return known === null ? '–' : `${seconds(known.p50)} / ${seconds(known.p95)}`;
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function StatusTable({ now }: { readonly now: StatsJson }) {
  // Few files are ever held back.
  const shown = fileStatuses.filter((status) => status !== 'PAUSED' || now.statuses[status]?.files);
  return (
    <table>
      <caption>Files by state</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Files
          </th>
          <th scope="col" class="number">
            Size
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((status) => (
          <tr key={status}>
            <td>
              <Link href={hrefOf('files', { status })}>
                <StatusMark status={status} />
              </Link>
            </td>
            <td class="number">{count(now.statuses[status]?.files ?? 0)}</td>
            <td class="number">{bytes(now.statuses[status]?.bytes ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ErrorTable({ now: { errors } }: { readonly now: StatsJson }) {
  if (errors.length === 0) return null;
  return (
    <table>
      <caption>Failures by reason</caption>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col" class="number">
            Files
          </th>
        </tr>
      </thead>
      <tbody>
        {errors.map(({ code, files: failed }) => (
          <tr key={code}>
            <td>
              <Link href={hrefOf('files', { status: 'FAILED', error_code: code })}>{code}</Link>
            </td>
            <td class="number">{count(failed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
