import type { StoreReport } from '#domain/store-fault.ts';
import { instruments } from './instruments.ts';

/** @param reports of the stores of this service; undefined for one that is not used */
export function observeStores(reports: () => readonly (StoreReport | undefined)[]): Disposable {
  return instruments.storeUp.observe(() =>
    reports()
      .filter((report) => report !== undefined)
      .map(({ store, fault }) => [fault === undefined ? 1 : 0, { store }] as const),
  );
}
