import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Json, StatsJson } from '#contract/schemas.ts';
import { workSourceName } from '#domain/work-source.ts';
import { may } from '../access.ts';
import { drainWorker, getSystem, resumeWorker } from '../api.ts';
import { bytes, count, files, rate, time } from '../format.ts';
import { stats } from '../live/events.ts';
import { usePolled } from '../live/poll.ts';
import { recentRate } from '../live/rates.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Empty } from '../parts/empty.tsx';
import { Icon } from '../parts/icon.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { TableHead } from '../parts/table-head.tsx';
import { toast } from '../toasts.ts';

type Worker = StatsJson['workers'][number];

const everyMs = 15_000;

export function WorkersPage() {
  const workers = stats.value?.workers;
  const [asking, ask] = useState<Worker>();
  const [problem, setProblem] = useState<unknown>();
  const act = async (work: Promise<unknown>, said: string) => {
    setProblem(undefined);
    await work.then(() => toast(said), setProblem);
  };
  return (
    <Page title="Workers">
      <ProblemNote problem={problem} />
      {workers === undefined && <Loading text="Waiting for the first figures…" />}
      {workers?.length === 0 && (
        <Empty icon="workers" title="No worker">
          <p class="quiet">None has reported within the last 15 seconds.</p>
        </Empty>
      )}
      {workers !== undefined && workers.length > 0 && (
        <>
          <Sum workers={workers} />
          <WorkerTable
            workers={workers}
            onDrain={ask}
            onResume={({ name }) => act(resumeWorker(name), `${name} takes files again.`)}
          />
        </>
      )}
      {asking !== undefined && (
        <Confirm
          question={`Drain ${asking.name}?`}
          detail="It finishes the files that it has and takes no others. Its process may be stopped once it is DRAINED."
          action="Drain"
          onConfirm={() => act(drainWorker(asking.name), `${asking.name} takes no more files.`)}
          onClose={() => ask(undefined)}
        />
      )}
    </Page>
  );
}

function Sum({ workers }: { readonly workers: readonly Worker[] }) {
  const busy = workers.reduce((sum, worker) => sum + worker.busy, 0);
  const threads = workers.reduce((sum, worker) => sum + worker.slots, 0);
  return (
    <p class="lead quiet">
      {count(busy)} of {count(threads)} threads are busy; together they end {rate(recentRate('out'))}. Waiting:{' '}
      {files(stats.value?.statuses.PENDING?.files ?? 0)}.
    </p>
  );
}

interface WorkerTableProps {
  readonly workers: readonly Worker[];
  readonly onDrain: (worker: Worker) => void;
  readonly onResume: (worker: Worker) => void;
}

const titles = [
  'Name',
  'State',
  'Busy threads',
  'Threads',
  'Files a second',
  'Memory',
  'Last error',
  'Version',
  'Takes work from',
  'Started',
  'Last seen',
];

function WorkerTable({ workers, onDrain, onResume }: WorkerTableProps) {
  const { answer } = usePolled(getSystem, everyMs);
  const services = new Map(answer?.services.map((service) => [service.instance, service]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section class="scroller" tabIndex={0} aria-label="Workers">
      <table class="stacked">
        <caption>Workers seen within the last 15 seconds</caption>
        <TableHead titles={[...titles, ...(may('admin') ? ['Action'] : [])]} />
        <tbody>
          {workers.map((worker) => (
            <WorkerRow key={worker.name} worker={worker} service={services.get(worker.name)}>
              {may('admin') && (
                <td>
                  <DrainButton worker={worker} onDrain={onDrain} onResume={onResume} />
                </td>
              )}
            </WorkerRow>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface WorkerRowProps {
  readonly worker: Worker;
  readonly service: Json<'System'>['services'][number] | undefined;
  readonly children: ComponentChildren;
}

function WorkerRow({ worker, service, children }: WorkerRowProps) {
  const figures = service?.figures;
  return (
    <tr>
      <th scope="row" class="name">
        {worker.name}
      </th>
      <td>
        <StateMark state={worker.state} />
      </td>
      <td class="whole" data-title="Busy threads">
        {count(worker.busy)}
      </td>
      <td data-title="Threads">{count(worker.slots)}</td>
      <td data-title="Files a second">{figures ? rate(figures.files_per_second) : '–'}</td>
      <td data-title="Memory">{figures ? bytes(figures.memory_bytes) : '–'}</td>
      <td data-title="Last error">
        {figures?.last_error ? `${figures.last_error.code}, ${time(figures.last_error.at)}` : '–'}
      </td>
      <td data-title="Version">{service?.version ?? '–'}</td>
      <td data-title="Takes work from">{workSourceName(worker.source)}</td>
      <td data-title="Started">{time(worker.started_at)}</td>
      <td data-title="Last seen">{time(worker.seen_at)}</td>
      {children}
    </tr>
  );
}

function DrainButton({ worker, onDrain, onResume }: Omit<WorkerTableProps, 'workers'> & { readonly worker: Worker }) {
  const [title, act] = worker.state === 'WORKING' ? (['Drain…', onDrain] as const) : (['Resume', onResume] as const);
  return (
    <button type="button" aria-label={`${title} ${worker.name}`} onClick={() => act(worker)}>
      {title}
    </button>
  );
}

const looks = {
  WORKING: { tone: 'good', icon: 'check' },
  DRAINING: { tone: 'wait', icon: 'clock' },
  DRAINED: { tone: '', icon: 'pause' },
} as const;

function StateMark({ state }: { readonly state: Worker['state'] }) {
  const { tone, icon } = looks[state];
  return (
    <span class={`badge badge-${tone}`}>
      <Icon name={icon} />
      {state}
    </span>
  );
}
