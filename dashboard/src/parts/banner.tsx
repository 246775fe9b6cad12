import { lost, stats } from '../live/events.ts';
import { readiness } from '../live/readiness.ts';
import { Command } from './command.tsx';

/** What is shown grows old without anybody noticing, unless somebody says so. */
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

/** No worker looks just like a slow one, unless somebody says so. */
export function WorkerBanner() {
  if (stats.value === undefined || stats.value.workers.length > 0) return null;
  return (
    <div class="note note-bad" role="alert">
      <p>
        <strong>
          <span aria-hidden="true">⚠</span> No worker is alive.
        </strong>{' '}
        Uploads are kept, and stay PENDING until a worker reports. On one machine, with Compose, and to find out why in
        a cluster:
      </p>
      <Command name="one machine" text="npm start" />
      <Command name="Compose" text="docker compose up --detach worker" />
      <Command name="a cluster" text="kubectl -n filemill describe pods -l app.kubernetes.io/name=worker" />
    </div>
  );
}

/** A store that refuses leaves everything as it was, but nothing new comes; or all comes late. */
export function StoreBanner() {
  const { missing = [], degraded = [] } = readiness.value ?? {};
  // `WorkerBanner` tells of those.
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
