import { useEffect, useState } from 'preact/hooks';
import type { Json } from '#contract/schemas.ts';
import { auditActions } from '#domain/audit.ts';
import { listAudit } from '../api.ts';
import { addressOf } from '../base.ts';
import { time } from '../format.ts';
import { useAgain } from '../live/use-again.ts';
import { Empty } from '../parts/empty.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SettingsPage } from '../parts/settings-page.tsx';

type Event = Json<'AuditEvent'>;

const pageSize = '100';

/** Who did what, newest first. */
export function AuditPage() {
  const [action, choose] = useState('');
  const [events, setEvents] = useState<readonly Event[]>();
  const [next, setNext] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const load = async (token: string) => {
    setProblem(undefined);
    const asked = { page_size: pageSize, ...(action && { action }), ...(token && { page_token: token }) };
    try {
      const page = await listAudit(new URLSearchParams(asked));
      setEvents((earlier = []) => [...(token === '' ? [] : earlier), ...page.events]);
      setNext(page.next_page_token);
    } catch (error) {
      setProblem(error);
    }
  };
  useEffect(() => void load(''), [action]);
  useAgain(problem, () => load(''));
  return (
    <SettingsPage title="Audit" actions={<Export action={action} />}>
      <div class="filters">
        <label>
          Action
          <select value={action} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            <option value="">all</option>
            {auditActions.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      </div>
      <ProblemNote problem={problem} />
      {events === undefined && problem === undefined && <Loading />}
      {events?.length === 0 && (
        <Empty icon="settings" title="Nothing was done">
          <p class="quiet">Retries, deletions, tokens, rules and webhooks are written down here. Uploads are not.</p>
        </Empty>
      )}
      {events !== undefined && events.length > 0 && <EventTable events={events} />}
      {next !== '' && (
        <div class="actions">
          <button type="button" onClick={() => load(next)}>
            Show more
          </button>
        </div>
      )}
    </SettingsPage>
  );
}

function Export({ action }: { readonly action: string }) {
  const query = new URLSearchParams({ format: 'csv', ...(action && { action }) });
  return (
    <a class="button" href={addressOf(`api/v1/audit/export?${query}`)} download="audit.csv">
      Export as CSV
    </a>
  );
}

function EventTable({ events }: { readonly events: readonly Event[] }) {
  return (
    <table class="stacked">
      <caption class="hidden">What was done, newest first</caption>
      <thead>
        <tr>
          {['Time', 'Action', 'Who', 'Tenant', 'Object', 'Address'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {events.map(({ id, at, action, kind, name, tenant, object, address }) => (
          <tr key={id}>
            <th scope="row" class="whole">
              {time(at)}
            </th>
            <td>
              <code>{action}</code>
            </td>
            <td class="long" data-title="Who">
              <bdi>{name || kind}</bdi>
            </td>
            <td data-title="Tenant">{tenant || '–'}</td>
            <td class="long" data-title="Object">
              <bdi>{object || '–'}</bdi>
            </td>
            <td data-title="Address">{address || '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
