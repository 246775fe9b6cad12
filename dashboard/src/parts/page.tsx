import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let shownBefore = false;

/** The frame of each page: its title is the document's, and has the focus after a move, so that it is read out. */
export function Page({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Filemill`;
    if (shownBefore) heading.current?.focus({ preventScroll: true });
    shownBefore = true;
  }, [title]);
  return (
    <main id="content">
      <h1 ref={heading} tabIndex={-1}>
        <bdi>{title}</bdi>
      </h1>
      {children}
    </main>
  );
}
