import { lost, stats } from '../live/events.ts';
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
