import { useEffect, useRef } from 'preact/hooks';
import type { FacetName } from '#domain/file-facets.ts';
import { type FileView, newestFirst, viewParameters } from '../file-filter.ts';
import { hrefWith } from '../file-links.ts';
import { count, time } from '../format.ts';
import { go, hrefOf } from '../router.ts';
import type { FileCounts } from '../use-file-counts.ts';
import { BatchChoice } from './batch-choice.tsx';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';

interface FacetsProps {
  readonly view: FileView;
  readonly counts: FileCounts | undefined;
}

/** What can be chosen, with how many files each choice has: beside the list, or in a sheet above it where there is no room. */
export function Facets({ view, counts }: FacetsProps) {
  const sheet = useRef<HTMLElement>(null);
  useEffect(() => {
    const hasRoom = matchMedia('(min-width: 80rem)');
    const close = () => hasRoom.matches && sheet.current?.hidePopover();
    hasRoom.addEventListener('change', close);
    return () => hasRoom.removeEventListener('change', close);
  }, []);
  return (
    <aside id="facets" ref={sheet} popover="auto" class="facets" aria-label="Filters">
      <div class="facets-head">
        <h2>Filters</h2>
        <button type="button" class="icon-only plain-button" popovertarget="facets" popovertargetaction="hide">
          <Icon name="close" />
          <span class="hidden">Close</span>
        </button>
      </div>
      <SortChoice view={view} />
      {facets.map((facet) => (
        <Facet key={facet.name} facet={facet} view={view} counts={counts} />
      ))}
      <BatchChoice view={view} />
      <Days view={view} />
      {counts?.capped && (
        <p class="quiet">Counted are the newest {count(mostCounted)} that match; a plus means that there are more.</p>
      )}
      {counts?.counted_from && <p class="quiet">Counted are files since {time(counts.counted_from)}.</p>}
    </aside>
  );
}

/** The server counts no more files than this (docs/adr/0039-search.md). */
const mostCounted = 5_000;

interface FacetRule {
  readonly name: FacetName;
  readonly title: string;
  /** In words, or the value itself. */
  readonly words?: Readonly<Record<string, string>>;
}

const facets: readonly FacetRule[] = [
  { name: 'status', title: 'State' },
  { name: 'mime_type', title: 'Type' },
  { name: 'language', title: 'Language' },
  { name: 'error_code', title: 'Reason of failure' },
  { name: 'encrypted', title: 'Encrypted', words: { true: 'Yes', false: 'No' } },
  { name: 'extension_mismatch', title: 'Extension', words: { true: 'Of another type', false: 'Fits the type' } },
];

/** As many of the choices as are seen at once; the others unfold. */
const seen = 6;

interface FacetProps extends FacetsProps {
  readonly facet: FacetRule;
}

function Facet({ facet: { name, title, words }, view, counts }: FacetProps) {
  const chosen = view.filter[name];
  const values = counts?.facets[name] ?? [];
  const hasChosen = chosen === '' || values.some(({ value }) => value === chosen);
  const all = hasChosen ? values : [{ value: chosen, files: 0 }, ...values];
  if (all.length === 0) return null;
  const choice = ({ value, files }: { readonly value: string; readonly files: number }) => (
    <li key={value}>
      <Link href={hrefWith(view, { [name]: value === chosen ? '' : value })} current={value === chosen}>
        <bdi>{words?.[value] ?? value}</bdi>
        <span class="facet-count">{howMany(files, counts)}</span>
        {value === chosen && <span class="hidden">, chosen: choose again for all</span>}
      </Link>
    </li>
  );
  return (
    <div class="facet">
      <h3>{title}</h3>
      <ul>{all.slice(0, seen).map(choice)}</ul>
      {all.length > seen && (
        <details>
          <summary>{count(all.length - seen)} more</summary>
          <ul>{all.slice(seen).map(choice)}</ul>
        </details>
      )}
    </div>
  );
}

function howMany(files: number, counts: FileCounts | undefined): string {
  return counts?.capped && files > 0 ? `${count(files)}+` : count(files);
}

const sorts: readonly (readonly [sort: string, words: string])[] = [
  [newestFirst, 'Newest first'],
  ['created_at', 'Oldest first'],
  ['filename', 'Name, A to Z'],
  ['-filename', 'Name, Z to A'],
  ['-size', 'Largest first'],
  ['size', 'Smallest first'],
  ['-word_count', 'Most words first'],
  ['word_count', 'Fewest words first'],
  ['-duration', 'Longest time to the result first'],
  ['duration', 'Shortest time to the result first'],
];

/** The words for an order, as the caption of the list has them. */
export function orderInWords(sort: string): string {
  return sorts.find(([one]) => one === sort)?.[1] ?? sort;
}

function SortChoice({ view }: { readonly view: FileView }) {
  const choose = (sort: string) => go(hrefOf('files', viewParameters({ ...view, sort })));
  return (
    <label class="field">
      Order
      <select value={view.sort} onChange={(event) => choose(event.currentTarget.value)}>
        {sorts.map(([sort, words]) => (
          <option key={sort} value={sort} selected={sort === view.sort}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Days({ view }: { readonly view: FileView }) {
  const day = (name: 'from' | 'to', title: string) => (
    <label class="field">
      {title}
      <input
        type="date"
        value={view.filter[name]}
        onChange={(event) => go(hrefWith(view, { [name]: event.currentTarget.value }))}
      />
    </label>
  );
  return (
    <div class="facet">
      <h3>Uploaded</h3>
      <div class="facet-days">
        {day('from', 'From')}
        {day('to', 'To')}
      </div>
    </div>
  );
}
