import type { Scope } from '#domain/access.ts';
import { caller } from '../access.ts';
import { offeredPages } from '../pages.ts';
import { hrefOf } from '../router.ts';
import { Link } from './link.tsx';
import { Page } from './page.tsx';

/** In the place of a page that its user may not see. */
export function NoPermission({ title, need }: { readonly title: string; readonly need: Scope }) {
  const offered = offeredPages();
  return (
    <Page title={title}>
      <section class="note" aria-labelledby="no-permission">
        <h2 id="no-permission">No permission</h2>
        <p>
          This page needs the scope <code>{need}</code>, and <bdi>{caller.value?.name}</bdi> does not have it. Whoever
          runs this server can give you a token that does.
        </p>
        {offered.length > 0 && (
          <p>
            Open to you:{' '}
            {offered.map((page, index) => (
              <>
                {index > 0 && ', '}
                <Link href={hrefOf(page.path)}>{page.title}</Link>
              </>
            ))}
            .
          </p>
        )}
      </section>
    </Page>
  );
}
