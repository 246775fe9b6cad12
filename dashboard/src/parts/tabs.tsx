import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface TabsProps {
  readonly label: string;
  /** The names of the tabs. */
  readonly names: readonly string[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
  /** What the chosen tab shows. */
  readonly children: ComponentChildren;
}

/** Tabs within a page, by the pattern of the ARIA authoring practices; the Tab key stops at the chosen one alone. */
export function Tabs({ label, names, chosen, onChoose, children }: TabsProps) {
  const id = useId();
  const move = (event: KeyboardEvent) => {
    const at = names.indexOf(chosen);
    const to = { ArrowLeft: at - 1, ArrowRight: (at + 1) % names.length, Home: 0, End: -1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const tabs = (event.currentTarget as HTMLElement).children;
    onChoose(names.at(to) ?? chosen);
    ([...tabs].at(to) as HTMLElement | undefined)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {names.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === chosen}
            aria-controls={name === chosen ? id : undefined}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => onChoose(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={id} aria-labelledby={`${id}-${chosen}`}>
        {children}
      </div>
    </>
  );
}
