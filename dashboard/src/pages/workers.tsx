import { count, time } from '../format.ts';
import { stats } from '../live/events.ts';
import { Page } from '../parts/page.tsx';

export function WorkersPage() {
  const workers = stats.value?.workers;
  return (
    <Page title="Workers">
      {workers === undefined && <p>Waiting for the first figures…</p>}
      {workers?.length === 0 && <p>None has reported within the last 15 seconds.</p>}
      {workers !== undefined && workers.length > 0 && (
        <div class="wide">
          <table>
            <caption>Workers seen within the last 15 seconds</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Busy</th>
                <th scope="col">Slots</th>
                <th scope="col">Takes work from</th>
                <th scope="col">Started</th>
                <th scope="col">Last seen</th>
              </tr>
            </thead>
            <tbody>
              {workers.map((worker) => (
                <tr key={worker.name}>
                  <th scope="row">{worker.name}</th>
                  <td>{count(worker.busy)}</td>
                  <td>{count(worker.slots)}</td>
                  <td>{worker.source === 'direct' ? 'PostgreSQL' : worker.source}</td>
                  <td>{time(worker.started_at)}</td>
                  <td>{time(worker.seen_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  );
}
