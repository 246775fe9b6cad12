import { connected, paused } from '../live/events.ts';
import { hrefOf, place } from '../router.ts';
import { theme, themes } from '../theme.ts';
import { Link } from './link.tsx';

const pages: readonly [path: string, title: string][] = [
  ['', 'Overview'],
  ['files', 'Files'],
  ['failures', 'Failures'],
  ['workers', 'Workers'],
  ['upload', 'Upload'],
];

export function Header() {
  const current = place.value[0] ?? '';
  return (
    <header>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <strong class="brand">Filemill</strong>
      <nav aria-label="Pages">
        {pages.map(([path, title]) => (
          <Link key={path} href={hrefOf(path)} current={path === current}>
            {title}
          </Link>
        ))}
      </nav>
      <LiveSwitch />
      <ThemeSwitch />
    </header>
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
