import type { Json } from '#contract/schemas.ts';
import { time } from '../format.ts';
import { hrefOf } from '../router.ts';
import { Link } from './link.tsx';
import { TableHead } from './table-head.tsx';

export type Delivery = Json<'Delivery'>;

interface DeliveryTableProps {
  readonly deliveries: readonly Delivery[];
  readonly onReplay: (delivery: Delivery) => void;
}

export function DeliveryTable({ deliveries, onReplay }: DeliveryTableProps) {
  return (
    <table class="stacked">
      <caption>Deliveries, newest first</caption>
      <TableHead titles={['File', 'Event', 'Time', 'State', 'Attempts', 'Latest answer', 'Action']} />
      <tbody>
        {deliveries.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} onReplay={() => onReplay(delivery)} />
        ))}
      </tbody>
    </table>
  );
}

function DeliveryRow({ delivery, onReplay }: { readonly delivery: Delivery; readonly onReplay: () => void }) {
  const { id, file_id, filename, event, created_at, state, attempts, last_status, last_error, next_at } = delivery;
  return (
    <tr>
      <th scope="row" class="name">
        {event === 'file.deleted' ? (
          <bdi>{filename}</bdi>
        ) : (
          <Link href={hrefOf(`files/${file_id}`)}>
            <bdi>{filename}</bdi>
          </Link>
        )}
        <small>{id}</small>
      </th>
      <td data-title="Event">{event}</td>
      <td data-title="Time">{time(created_at)}</td>
      <td data-title="State">{next_at === null ? state : `${state}, again ${time(next_at)}`}</td>
      <td data-title="Attempts">{attempts}</td>
      <td class="long" data-title="Latest answer">
        <bdi>{last_error ?? last_status ?? '–'}</bdi>
      </td>
      <td>
        {attempts > 0 || state === 'GIVEN_UP' ? (
          <button type="button" onClick={onReplay} aria-label={`Replay ${event} of ${filename}`}>
            Replay
          </button>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}
