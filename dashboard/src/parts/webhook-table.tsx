import type { Json } from '#contract/schemas.ts';
import { time } from '../format.ts';
import { hrefOf } from '../router.ts';
import { Link } from './link.tsx';
import { TableHead } from './table-head.tsx';

export type Webhook = Json<'Webhook'>;

interface WebhookTableProps {
  readonly webhooks: readonly Webhook[];
  readonly onTest: (webhook: Webhook) => void;
  readonly onSwitch: (webhook: Webhook) => void;
  readonly onDelete: (webhook: Webhook) => void;
}

export function WebhookTable({ webhooks, ...actions }: WebhookTableProps) {
  return (
    <table class="stacked">
      <caption>Webhooks, newest first</caption>
      <TableHead titles={['Address', 'Told of', 'Tenant', 'State', 'Actions']} />
      <tbody>
        {webhooks.map((webhook) => (
          <WebhookRow key={webhook.id} webhook={webhook} {...actions} />
        ))}
      </tbody>
    </table>
  );
}

function WebhookRow({
  webhook,
  onTest,
  onSwitch,
  onDelete,
}: Omit<WebhookTableProps, 'webhooks'> & { webhook: Webhook }) {
  const { id, url, description, tenant, enabled } = webhook;
  // The stream of Redis is changed by its setting alone.
  const isStream = !url.startsWith('http');
  return (
    <tr>
      <th scope="row" class="name">
        <Link href={hrefOf(`webhooks/${id}`)}>
          <bdi>{url}</bdi>
        </Link>
        <small>{description || id}</small>
      </th>
      <td data-title="Told of">{toldOf(webhook)}</td>
      <td class="long" data-title="Tenant">
        {tenant === '*' ? 'all' : tenant}
      </td>
      <td data-title="State">{stateOf(webhook)}</td>
      <td>
        {!isStream && (
          <div class="actions">
            <button type="button" onClick={() => onTest(webhook)} aria-label={`Test ${url}`}>
              Test
            </button>
            <button
              type="button"
              onClick={() => onSwitch(webhook)}
              aria-label={`${enabled ? 'Disable' : 'Enable'} ${url}`}
            >
              {enabled ? 'Disable' : 'Enable'}
            </button>
            <button type="button" class="danger" onClick={() => onDelete(webhook)} aria-label={`Delete ${url}…`}>
              Delete…
            </button>
          </div>
        )}
      </td>
    </tr>
  );
}

function toldOf({ events, types, paths }: Webhook): string {
  const kinds = events.map((event) => event.replace('file.', '')).join(', ');
  return [kinds, types.join(', '), paths.map((path) => `${path}…`).join(', ')].filter(Boolean).join(' · ');
}

function stateOf({ enabled, disabled_reason, paused_until, failures, last_failure }: Webhook): string {
  if (!enabled) return `disabled${disabled_reason === null ? '' : `: ${disabled_reason}`}`;
  if (paused_until !== null) return `paused until ${time(paused_until)}: ${last_failure}`;
  return failures > 0 ? `failing: ${last_failure}` : 'works';
}
