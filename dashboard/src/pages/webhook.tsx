import { useState } from 'preact/hooks';
import { type DeliveryState, deliveryStates } from '#domain/webhook.ts';
import { listDeliveries, replayDeliveries } from '../api.ts';
import { type Delivery, DeliveryTable } from '../parts/delivery-table.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SettingsPage } from '../parts/settings-page.tsx';
import { usePages } from '../use-pages.ts';

/** What one webhook was told. */
export function WebhookPage({ id }: { readonly id: string }) {
  const [state, choose] = useState<DeliveryState | ''>('');
  const [said, say] = useState('');
  const {
    items: deliveries,
    problem,
    setProblem,
    more,
    reload,
  } = usePages(async (token) => {
    const page = await listDeliveries(id, state, token);
    return { ...page, items: page.deliveries };
  }, state);
  const replay = async (delivery: Delivery) => {
    try {
      const { items } = await replayDeliveries(id, [delivery.id]);
      say(
        items[0]?.outcome === 'REPLAYED' ? `${delivery.filename} is told of again.` : 'It is too old to be sent again.',
      );
    } catch (error) {
      return setProblem(error);
    }
    await reload();
  };
  return (
    <SettingsPage title="Deliveries">
      <div class="filters">
        <label>
          State
          <select value={state} onChange={({ currentTarget }) => choose(currentTarget.value as DeliveryState | '')}>
            <option value="">all</option>
            {deliveryStates.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={reload}>
          Reload
        </button>
      </div>
      <p role="status">{said}</p>
      <ProblemNote problem={problem} />
      {deliveries === undefined && problem === undefined && <Loading />}
      {deliveries?.length === 0 && <p>There is no such delivery.</p>}
      {deliveries !== undefined && deliveries.length > 0 && <DeliveryTable deliveries={deliveries} onReplay={replay} />}
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
