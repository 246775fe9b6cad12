import type { ComponentChildren } from 'preact';
import { go } from '../router.ts';

interface LinkProps {
  readonly href: string;
  readonly current?: boolean;
  /** `button`, or `button primary`, for what looks like one. */
  readonly class?: string;
  /** It stands for the row of a list. */
  readonly 'data-row-link'?: true;
  readonly children: ComponentChildren;
}

/** A real link, which can be copied or opened in a new tab; a plain click reloads nothing. */
export function Link({ href, current = false, class: look, children, ...others }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  };
  return (
    <a {...others} href={href} class={look} onClick={follow} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  );
}
