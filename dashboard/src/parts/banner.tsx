import { stats } from '../live/events.ts';

/** No worker looks just like a slow one, unless somebody says so. */
export function WorkerBanner() {
  if (stats.value === undefined || stats.value.workers.length > 0) return null;
  return (
    <div class="note note-bad" role="alert">
      <p>
        <strong>
          <span aria-hidden="true">⚠</span> No worker is alive.
        </strong>{' '}
        Uploads are kept, and stay PENDING until a worker reports. <code>npm start</code> starts everything; in a
        cluster, look at the pods of the worker.
      </p>
    </div>
  );
}
