import { factGroups, notes } from '#contract/facts/facts.ts';
import type { ResultJson } from '#contract/schemas.ts';
import { bytes, seconds } from '../format.ts';
import { Found } from './facts.tsx';

/** What should not be overlooked: that the name misleads, that the content is encrypted, what could not be read. */
export function Notes({ result: { output, filename } }: { readonly result: ResultJson }) {
  const found = notes(output, filename);
  if (found.length === 0) return null;
  return (
    <section class="note note-wait" aria-label="Notes">
      {found.map((note) => (
        <p key={note}>
          <span aria-hidden="true">⚠</span> <bdi>{note}</bdi>
        </p>
      ))}
    </section>
  );
}

/** What was found in files of this type, by kind. */
export function Findings({ result: { output } }: { readonly result: ResultJson }) {
  return factGroups(output, { bytes, seconds }).map(({ title, facts }) => (
    <section key={title} aria-labelledby={`found-${title}`}>
      <h2 id={`found-${title}`}>{title}</h2>
      <dl class="facts">
        {facts.map((fact) => (
          <Found key={fact.name} fact={fact} />
        ))}
      </dl>
    </section>
  ));
}
