import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { admission, caller, may, needsCredentials } from '../access.ts';
import { count } from '../format.ts';
import { connected, paused, stats } from '../live/events.ts';
import { menu } from '../pages.ts';
import { hrefOf, place } from '../router.ts';
import { signOut } from '../session.ts';
import { theme, themes } from '../theme.ts';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';

/** What stands around every page: a sidebar, a rail on tablets, two bars on telephones. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="shell">
      <header class="side">
        <a class="skip" href="#content">
          Skip to content
        </a>
        <strong class="brand">
          <Icon name="mill" />
          <span>Filemill</span>
        </strong>
        {admission.value === 'admitted' && <Pages />}
        <button type="button" class="account-button icon-only plain-button" popovertarget="account">
          <Icon name="more" />
          <span class="hidden">View and account</span>
        </button>
        <div id="account" popover="auto" class="account">
          {admission.value === 'admitted' && may('read') && <LiveSwitch />}
          <ThemeSwitch />
          <Who />
        </div>
      </header>
      <div class="content">{children}</div>
    </div>
  );
}

function Pages() {
  const current = place.value[0] ?? '';
  return (
    <nav class="pages" aria-label="Pages">
      {menu().map(({ path, title, icon, paths }) => (
        <Link key={title} href={hrefOf(path)} current={paths.includes(current)}>
          <Icon name={icon} />
          {title}
          {path === 'failures' && <Failed />}
        </Link>
      ))}
    </nav>
  );
}

/** Nobody should have to look for what failed. */
function Failed() {
  const failed = stats.value?.statuses.FAILED?.files ?? 0;
  if (failed === 0) return null;
  return <span class="tally">{failed > 99 ? '99+' : count(failed)}</span>;
}

/** Shows who is signed in, and shows nothing where callers need no credentials. */
function Who() {
  const [problem, setProblem] = useState<unknown>();
  if (admission.value !== 'admitted' || caller.value === undefined || !needsCredentials.value) return null;
  const { kind, name, tenant } = caller.value;
  return (
    <div class="account-row">
      <span class="who">
        <bdi>{name}</bdi>, tenant <bdi>{tenant}</bdi>
      </span>
      {kind === 'session' && (
        <button type="button" onClick={() => signOut().catch(setProblem)}>
          Sign out
        </button>
      )}
      {problem !== undefined && <span role="alert">{(problem as Error).message}</span>}
    </div>
  );
}

function LiveSwitch() {
  const state = paused.value ? 'Paused' : connected.value ? 'Live' : 'Connecting…';
  const toggle = () => {
    paused.value = !paused.value;
  };
  return (
    <div class="account-row">
      <span class="live" role="status">
        <span class={connected.value ? 'dot dot-good' : 'dot'} aria-hidden="true" /> {state}
      </span>
      <button type="button" onClick={toggle}>
        {paused.value ? 'Resume' : 'Pause'}
      </button>
    </div>
  );
}

function ThemeSwitch() {
  return (
    <label class="account-row">
      Theme{' '}
      <select
        value={theme.value}
        onChange={({ currentTarget }) => {
          theme.value = themes.find((name) => name === currentTarget.value) ?? 'system';
        }}
      >
        {themes.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
