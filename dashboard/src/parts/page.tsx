import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let shownBefore = false;

interface PageProps {
  readonly title: string;
  /** Beside the title: what can be done with the whole page. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Frames each page. Its title becomes the document's, and gets the focus so that screen readers announce it. */
export function Page({ title, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Filemill`;
    if (shownBefore) heading.current?.focus({ preventScroll: true });
    shownBefore = true;
  }, [title]);
  return (
    <main id="content">
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          <bdi>{title}</bdi>
        </h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {children}
    </main>
  );
}
