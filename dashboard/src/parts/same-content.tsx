import { useEffect, useState } from 'preact/hooks';
import type { FileJson } from '#contract/schemas.ts';
import { listFiles } from '../api.ts';
import { time } from '../format.ts';
import { hrefOf } from '../router.ts';
import { Link } from './link.tsx';

/** So many are named; a list has them all. */
const most = 5;

/** Other files with the same SHA-256. The index of results finds them, so that only COMPLETED ones are known. */
export function SameContent({ file: { id, sha256 } }: { readonly file: FileJson }) {
  const [others, show] = useState<readonly FileJson[]>([]);
  useEffect(() => {
    if (sha256 === null) return;
    const asking = new AbortController();
    listFiles(new URLSearchParams({ sha256, page_size: String(most + 2) }), asking.signal).then(
      ({ files }) => show(files.filter((other) => other.id !== id)),
      // The page has shown what it is about.
      () => undefined,
    );
    return () => asking.abort();
  }, [id, sha256]);
  if (sha256 === null || others.length === 0) return null;
  return (
    <section aria-labelledby="same">
      <h2 id="same">The same content elsewhere</h2>
      <ul class="plain-list">
        {others.slice(0, most).map((other) => (
          <li key={other.id}>
            <Link href={hrefOf(`files/${other.id}`)}>
              <bdi>{other.filename}</bdi>
            </Link>{' '}
            <span class="quiet">{time(other.created_at)}</span>
          </li>
        ))}
      </ul>
      {others.length > most && <Link href={hrefOf('files', { sha256 })}>All files with this content</Link>}
    </section>
  );
}
