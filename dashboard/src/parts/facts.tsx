import type { ComponentChildren } from 'preact';
import type { Fact as FoundFact } from '#contract/facts/facts.ts';

/** A fact of a list `dl.facts`. */
export function Fact({ name, children, wide }: FactProps) {
  return (
    <div class={wide ? 'wide' : undefined}>
      <dt>{name.charAt(0).toUpperCase() + name.slice(1)}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface FactProps {
  readonly name: string;
  readonly children: ComponentChildren;
  /** Whether it gets a line of its own. */
  readonly wide?: boolean;
}

/** Longer values get a line of their own. */
const narrow = 28;

/** What was found in a file: text of strangers, which keeps its own direction. */
export function Found({ fact: { name, values, isCode = false } }: { readonly fact: FoundFact }) {
  const [value = '', ...others] = values;
  return (
    <Fact name={name} wide={others.length > 0 || value.length > narrow}>
      {isCode ? <code>{value}</code> : others.length === 0 ? <bdi>{value}</bdi> : <Values values={values} />}
    </Fact>
  );
}

function Values({ values }: { readonly values: readonly string[] }) {
  return (
    <ul>
      {values.map((value) => (
        <li key={value}>
          <bdi>{value}</bdi>
        </li>
      ))}
    </ul>
  );
}
