import { useState } from 'preact/hooks';
import type { Json } from '#contract/schemas.ts';
import { auditActions } from '#domain/audit.ts';
import { listAudit } from '../api.ts';
import { addressOf } from '../base.ts';
import { time } from '../format.ts';
import { Empty } from '../parts/empty.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SettingsPage } from '../parts/settings-page.tsx';
import { TableHead } from '../parts/table-head.tsx';
import { usePages } from '../use-pages.ts';

type Event = Json<'AuditEvent'>;

const pageSize = '100';

/** Shows who did what, newest first. */
export function AuditPage() {
  const [action, choose] = useState('');
  const {
    items: events,
    problem,
    more,
  } = usePages(async (token) => {
    const asked = { page_size: pageSize, ...(action && { action }), ...(token && { page_token: token }) };
    const page = await listAudit(new URLSearchParams(asked));
    return { ...page, items: page.events };
  }, action);
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
      {more && (
        <div class="actions">
          <button type="button" onClick={more}>
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
      <TableHead titles={['Time', 'Action', 'Who', 'Tenant', 'Object', 'Address']} />
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
