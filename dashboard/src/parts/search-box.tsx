import { useEffect, useRef, useState } from 'preact/hooks';
import { searchBox } from '../use-list-keys.ts';
import { Icon } from './icon.tsx';

/** Shorter than between two letters of most people, so that few of their searches are for nothing. */
const pauseMs = 120;

interface SearchBoxProps {
  /** What the address says. */
  readonly value: string;
  readonly onSearch: (text: string) => void;
}

/** Searches while one types. */
export function SearchBox({ value, onSearch }: SearchBoxProps) {
  const [text, type] = useState(value);
  const sent = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changed by itself: by the button to go back, or by a link.
  useEffect(() => {
    if (value !== sent.current) type(value);
    sent.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (wanted: string) => {
    clearTimeout(timer.current);
    sent.current = wanted.trim();
    onSearch(sent.current);
  };
  const input = (wanted: string) => {
    type(wanted);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(wanted), pauseMs);
  };
  return (
    <search class="search-box">
      <Icon name="search" />
      <label class="hidden" for={searchBox}>
        Search
      </label>
      <input
        id={searchBox}
        type="search"
        value={text}
        maxLength={200}
        placeholder="Name, id, SHA-256 or type"
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => input(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search(text);
          if (event.key === 'Escape') input('');
        }}
      />
      <span class="shortcut" aria-hidden="true">
        /
      </span>
    </search>
  );
}
