import { useEffect, useState } from 'preact/hooks';
import { listBatches } from '../api.ts';
import type { FileView } from '../file-filter.ts';
import { hrefWith } from '../file-links.ts';
import { go } from '../router.ts';

/** Narrows the list to what was uploaded together; takes no place where nothing was. */
export function BatchChoice({ view }: { readonly view: FileView }) {
  const { batch } = view.filter;
  const [known, show] = useState<readonly string[]>([]);
  useEffect(() => {
    // The list says when the server cannot be reached.
    listBatches().then(
      ({ batches }) => show([...new Set(batches.map(({ name }) => name))]),
      () => undefined,
    );
  }, []);
  const names = batch === '' || known.includes(batch) ? known : [batch, ...known];
  if (names.length === 0) return null;
  return (
    <label class="field">
      Batch
      <select value={batch} onChange={(event) => go(hrefWith(view, { batch: event.currentTarget.value }))}>
        <option value="">all</option>
        {names.map((name) => (
          <option key={name} value={name} selected={name === batch}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
