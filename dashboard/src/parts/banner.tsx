import { computed } from '@preact/signals';
import { lost, stats } from '../live/events.ts';
import { readiness } from '../live/readiness.ts';
import { filemillCommand, startedBy } from '../server.ts';
import { Command } from './command.tsx';

/** Warns that the page may be out of date. */
export function ConnectionBanner() {
  if (!lost.value) return null;
  return (
    <div class="note note-bad" role="alert">
      <p>
        <strong>
          <span aria-hidden="true">⚠</span> The connection to the server is lost.
        </strong>{' '}
        What is shown may be out of date. It is tried again every few seconds.
      </p>
    </div>
  );
}

/** Warns that there is no worker, which otherwise looks just like a slow one. */
export function WorkerBanner() {
  if (stats.value === undefined || stats.value.workers.length > 0) return null;
  return (
    <div class="note note-bad" role="alert">
      <p>
        <strong>
          <span aria-hidden="true">⚠</span> No worker is alive.
        </strong>{' '}
        Uploads are kept, and stay PENDING until a worker reports. <WorkerAdvice />
      </p>
      {workerCommands.value.map(({ name, text }) => (
        <Command key={name} name={name} text={text} />
      ))}
    </div>
  );
}

const cluster = { name: 'a cluster', text: 'kubectl -n filemill describe pods -l app.kubernetes.io/name=worker' };
const compose = { name: 'Compose', text: 'docker compose up --detach worker' };

/** What fits how the server was started; everything, if that is not known. */
const workerCommands = computed(() => {
  const byWay = {
    up: [{ name: 'details', text: filemillCommand('doctor') }],
    container: [compose],
    kubernetes: [cluster],
  };
  const way = startedBy.value;
  return way === undefined || way === 'hand'
    ? [{ name: 'one machine', text: 'npm start' }, compose, cluster]
    : byWay[way];
});

function WorkerAdvice() {
  switch (startedBy.value) {
    case 'up':
      return <>`filemill up` starts workers again by itself, and its terminal says why none stays. For details:</>;
    case 'container':
      return <>To start one:</>;
    case 'kubernetes':
      return <>To find out why there is none:</>;
    default:
      return <>On one machine, with Compose, and to find out why in a cluster:</>;
  }
}

/** Warns of a store that refuses: everything stays as it is, but nothing new arrives, or it arrives late. */
export function StoreBanner() {
  const { missing = [], degraded = [] } = readiness.value ?? {};
  // `WorkerBanner` reports those.
  const stopped = new Set(missing.filter(({ part }) => part !== 'worker').map(({ detail }) => detail));
  const slowed = new Set(degraded.map(({ detail }) => detail));
  return (
    <>
      {[...stopped].map((detail) => (
        <div key={detail} class="note note-bad" role="alert">
          <p>
            <strong>
              <span aria-hidden="true">⚠</span> {detail}
            </strong>{' '}
            Meanwhile files cannot be taken in or analysed. None is lost.
          </p>
        </div>
      ))}
      {[...slowed].map((detail) => (
        <div key={detail} class="note" role="status">
          <p>
            <strong>
              <span aria-hidden="true">⚠</span> {detail}
            </strong>{' '}
            Meanwhile files are dispatched through PostgreSQL, a little later.
          </p>
        </div>
      ))}
    </>
  );
}
