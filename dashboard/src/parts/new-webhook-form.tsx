import { useState } from 'preact/hooks';
import type { Json } from '#contract/schemas.ts';
import { fileEvents } from '#domain/webhook.ts';
import { createWebhook, type NewWebhook } from '../api.ts';
import { ProblemNote } from './problem-note.tsx';

export function NewWebhookForm({ onMade }: { readonly onMade: (made: Json<'NewWebhook'>) => void }) {
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setProblem(undefined);
    await createWebhook(readForm(new FormData(form))).then((made) => {
      form.reset();
      onMade(made);
    }, setProblem);
  };
  return (
    <form class="card" onSubmit={submit} aria-labelledby="new-webhook">
      <h2 id="new-webhook">New webhook</h2>
      <div class="filters">
        <label>
          Address
          <input name="url" type="url" required placeholder="https://…" spellcheck={false} autocomplete="off" />
        </label>
        <label>
          Description
          <input name="description" maxLength={200} autocomplete="off" />
        </label>
        <label>
          Only types
          <input name="types" placeholder="all, or image/*" spellcheck={false} autocomplete="off" />
        </label>
        <label>
          Only below path
          <input name="path" placeholder="any" maxLength={200} spellcheck={false} autocomplete="off" />
        </label>
      </div>
      <fieldset>
        <legend>It is told when a file</legend>
        {fileEvents.map((event) => (
          <label key={event}>
            <input type="checkbox" name="events" value={event} defaultChecked /> {meanings[event]} (<code>{event}</code>
            )
          </label>
        ))}
      </fieldset>
      <div class="actions">
        <button type="submit">Make webhook</button>
      </div>
      <ProblemNote problem={problem} />
    </form>
  );
}

const meanings = { 'file.completed': 'is completed', 'file.failed': 'fails', 'file.deleted': 'is deleted' } as const;

function readForm(form: FormData): NewWebhook {
  const path = String(form.get('path'));
  return {
    url: String(form.get('url')).trim(),
    description: String(form.get('description')),
    events: fileEvents.filter((event) => form.getAll('events').includes(event)),
    types: String(form.get('types'))
      .split(',')
      .map((type) => type.trim())
      .filter(Boolean),
    paths: path === '' ? [] : [path],
  };
}
