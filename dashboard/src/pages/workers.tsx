import { workSourceName } from '#domain/work-source.ts';
import { count, time } from '../format.ts';
import { stats } from '../live/events.ts';
import { Empty } from '../parts/empty.tsx';
import { Loading } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';

export function WorkersPage() {
  const workers = stats.value?.workers;
  return (
    <Page title="Workers">
      {workers === undefined && <Loading text="Waiting for the first figures…" />}
      {workers?.length === 0 && (
        <Empty icon="workers" title="No worker">
          <p class="quiet">None has reported within the last 15 seconds.</p>
        </Empty>
      )}
      {workers !== undefined && workers.length > 0 && (
        <table class="stacked">
          <caption>Workers seen within the last 15 seconds</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Busy threads</th>
              <th scope="col">Threads</th>
              <th scope="col">Takes work from</th>
              <th scope="col">Started</th>
              <th scope="col">Last seen</th>
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <tr key={worker.name}>
                <th scope="row" class="name">
                  {worker.name}
                </th>
                <td data-title="Busy threads">{count(worker.busy)}</td>
                <td data-title="Threads">{count(worker.slots)}</td>
                <td data-title="Takes work from">{workSourceName(worker.source)}</td>
                <td class="whole" data-title="Started">
                  {time(worker.started_at)}
                </td>
                <td class="whole" data-title="Last seen">
                  {time(worker.seen_at)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Page>
  );
}
