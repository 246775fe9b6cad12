import type { ComponentChildren } from 'preact';
import { offeredSettings } from '../pages.ts';
import { hrefOf, place } from '../router.ts';
import { Link } from './link.tsx';
import { Page } from './page.tsx';

interface SettingsPageProps {
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** One of the settings, below the tabs that lead to the others. */
export function SettingsPage({ title, actions, children }: SettingsPageProps) {
  const [current] = place.value;
  return (
    <Page title={title} actions={actions}>
      <nav class="tabs" aria-label="Settings">
        {offeredSettings().map((tab) => (
          <Link key={tab.path} href={hrefOf(tab.path)} current={tab.path === current}>
            {tab.title}
          </Link>
        ))}
      </nav>
      {children}
    </Page>
  );
}
