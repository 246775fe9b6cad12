import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let shownBefore = false;

/** Frames each page. Its title becomes the document's, and gets the focus so that screen readers announce it. */
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
