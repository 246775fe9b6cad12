import type { StatsJson } from '#contract/schemas.ts';
import { bytes, count, files, rate, seconds } from '../format.ts';
import { stats } from '../live/events.ts';
import { recentRate } from '../live/rates.ts';
import { NothingYet } from '../parts/empty.tsx';
import { HistoryCharts } from '../parts/history-charts.tsx';
import { Link } from '../parts/link.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { StatusMark } from '../parts/status.tsx';
import { hrefOf } from '../router.ts';

const statuses = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'] as const;

export function OverviewPage() {
  const now = stats.value;
  return (
    <Page title="Overview">
      {now === undefined ? <Loading text="Waiting for the first figures…" /> : <Figures now={now} />}
    </Page>
  );
}

function Figures({ now }: { readonly now: StatsJson }) {
  const filesIn = (status: string) => now.statuses[status]?.files ?? 0;
  const all = Object.values(now.statuses).reduce((sum, status) => sum + status.files, 0);
  const threads = now.workers.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = now.workers.reduce((sum, worker) => sum + worker.busy, 0);
  return (
    <>
      {all === 0 && <NothingYet />}
      <dl class="tiles">
        <Tile name="In" value={rate(recentRate('in'))} />
        <Tile name="Out" value={rate(recentRate('out'))} />
        <Tile name="Backlog" value={files(filesIn('PENDING') + filesIn('PROCESSING'))} />
        <Tile
          name="Oldest pending"
          value={filesIn('PENDING') === 0 ? 'none waits' : seconds(now.oldest_pending_seconds)}
        />
        <Tile name="Wait p50 / p95" value={durations(now.wait_seconds)} />
        <Tile name="Processing p50 / p95" value={durations(now.processing_seconds)} />
        <Tile name="Workers alive" value={count(now.workers.length)} />
        <Tile name="Threads busy" value={`${count(busy)} of ${count(threads)}`} />
      </dl>
      <HistoryCharts />
      <StatusTable now={now} />
      <ErrorTable now={now} />
    </>
  );
}

/** Describes the latest thousand results. */
function durations(known: StatsJson['wait_seconds']): string {
  return known === null ? '–' : `${seconds(known.p50)} / ${seconds(known.p95)}`;
}

function Tile({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function StatusTable({ now }: { readonly now: StatsJson }) {
  return (
    <table>
      <caption>Files by state</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Files</th>
          <th scope="col">Size</th>
        </tr>
      </thead>
      <tbody>
        {statuses.map((status) => (
          <tr key={status}>
            <td>
              <Link href={hrefOf('files', { status })}>
                <StatusMark status={status} />
              </Link>
            </td>
            <td>{count(now.statuses[status]?.files ?? 0)}</td>
            <td>{bytes(now.statuses[status]?.bytes ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ErrorTable({ now: { errors } }: { readonly now: StatsJson }) {
  if (errors.length === 0) return <p>No file has failed.</p>;
  return (
    <table>
      <caption>Failures by reason</caption>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col">Files</th>
        </tr>
      </thead>
      <tbody>
        {errors.map(({ code, files: failed }) => (
          <tr key={code}>
            <td>
              <Link href={hrefOf('files', { status: 'FAILED', error_code: code })}>{code}</Link>
            </td>
            <td>{count(failed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
