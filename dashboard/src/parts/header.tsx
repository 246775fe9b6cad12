import { useState } from 'preact/hooks';
import { admission, caller, may, needsCredentials } from '../access.ts';
import { connected, paused } from '../live/events.ts';
import { offeredPages } from '../pages.ts';
import { hrefOf, place } from '../router.ts';
import { signOut } from '../session.ts';
import { theme, themes } from '../theme.ts';
import { Link } from './link.tsx';

export function Header() {
  return (
    <header>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <strong class="brand">Filemill</strong>
      {admission.value === 'admitted' && <Pages />}
      {admission.value === 'admitted' && may('read') && <LiveSwitch />}
      <Who />
      <ThemeSwitch />
    </header>
  );
}

function Pages() {
  const current = place.value[0] ?? '';
  return (
    <nav aria-label="Pages">
      {offeredPages().map(({ path, title }) => (
        <Link key={path} href={hrefOf(path)} current={path === current}>
          {title}
        </Link>
      ))}
    </nav>
  );
}

/** Shows who is signed in, and shows nothing where callers need no credentials. */
function Who() {
  const [problem, setProblem] = useState<unknown>();
  if (admission.value !== 'admitted' || caller.value === undefined || !needsCredentials.value) return null;
  const { kind, name, tenant } = caller.value;
  return (
    <span class="live who">
      <span>
        <bdi>{name}</bdi>, tenant <bdi>{tenant}</bdi>
      </span>
      {kind === 'session' && (
        <button type="button" onClick={() => signOut().catch(setProblem)}>
          Sign out
        </button>
      )}
      {problem !== undefined && <span role="alert">{(problem as Error).message}</span>}
    </span>
  );
}

function LiveSwitch() {
  const state = paused.value ? 'Paused' : connected.value ? 'Live' : 'Connecting…';
  const toggle = () => {
    paused.value = !paused.value;
  };
  return (
    <span class="live">
      <span role="status">
        <span aria-hidden="true">{connected.value ? '●' : '○'}</span> {state}
      </span>
      <button type="button" onClick={toggle}>
        {paused.value ? 'Resume' : 'Pause'}
      </button>
    </span>
  );
}

function ThemeSwitch() {
  return (
    <label>
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
