import { useEffect, useState } from 'preact/hooks';
import { type DeliveryState, deliveryStates } from '#domain/webhook.ts';
import { listDeliveries, replayDeliveries } from '../api.ts';
import { useAgain } from '../live/use-again.ts';
import { type Delivery, DeliveryTable } from '../parts/delivery-table.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SettingsPage } from '../parts/settings-page.tsx';

/** What one webhook was told. */
export function WebhookPage({ id }: { readonly id: string }) {
  const [deliveries, setDeliveries] = useState<readonly Delivery[]>();
  const [next, setNext] = useState('');
  const [state, choose] = useState<DeliveryState | ''>('');
  const [said, say] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const load = async (pageToken: string) => {
    setProblem(undefined);
    try {
      const page = await listDeliveries(id, state, pageToken);
      setDeliveries((earlier = []) => [...(pageToken === '' ? [] : earlier), ...page.deliveries]);
      setNext(page.next_page_token);
    } catch (error) {
      setProblem(error);
    }
  };
  useEffect(() => void load(''), [state]);
  useAgain(problem, () => load(''));
  const replay = async (delivery: Delivery) => {
    try {
      const { items } = await replayDeliveries(id, [delivery.id]);
      say(
        items[0]?.outcome === 'REPLAYED' ? `${delivery.filename} is told of again.` : 'It is too old to be sent again.',
      );
    } catch (error) {
      return setProblem(error);
    }
    await load('');
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
        <button type="button" onClick={() => load('')}>
          Reload
        </button>
      </div>
      <p role="status">{said}</p>
      <ProblemNote problem={problem} />
      {deliveries === undefined && problem === undefined && <Loading />}
      {deliveries?.length === 0 && <p>There is no such delivery.</p>}
      {deliveries !== undefined && deliveries.length > 0 && <DeliveryTable deliveries={deliveries} onReplay={replay} />}
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
