import { endedStatuses } from '#domain/retention.ts';
import { caller, may } from '../access.ts';
import type { NewRule } from '../api.ts';

const secondsOfDay = 86_400;

/** Makes a rule, or changes the one about the same files. */
export function RetentionForm({ onSet }: { readonly onSet: (rule: NewRule) => void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    onSet(readForm(new FormData(form)));
  };
  return (
    <form class="card" onSubmit={submit} aria-labelledby="new-rule">
      <h2 id="new-rule">New rule</h2>
      <div class="filters">
        {may('admin') && (
          <label>
            Tenant
            <input name="tenant" placeholder="all" maxLength={63} spellcheck={false} autocomplete="off" />
          </label>
        )}
        <label>
          Files that ended as
          <select name="status">
            <option value="">COMPLETED or FAILED</option>
            {endedStatuses.map((status) => (
              <option key={status}>{status}</option>
            ))}
          </select>
        </label>
        <Days name="files" label="Days to keep files and results" />
        <Days name="bytes" label="Days to keep their bytes" />
      </div>
      <p>
        Days count from the end of a file; leave them empty to keep for ever. The rule acts an hour from now
        {may('admin') ? '' : `, on files of ${caller.value?.tenant}`}, so that it can still be changed.
      </p>
      <div class="actions">
        <button type="submit">Set rule</button>
      </div>
    </form>
  );
}

function Days({ name, label }: { readonly name: string; readonly label: string }) {
  return (
    <label>
      {label}
      <input name={name} type="number" min={1} max={36_500} step={1} placeholder="for ever" />
    </label>
  );
}

function readForm(form: FormData): NewRule {
  const seconds = (name: string) => Number(form.get(name)) * secondsOfDay || null;
  const tenant = String(form.get('tenant') ?? '').trim();
  return {
    tenant: tenant === '' ? null : tenant,
    status: endedStatuses.find((status) => status === form.get('status')) ?? null,
    keep_files_seconds: seconds('files'),
    keep_bytes_seconds: seconds('bytes'),
  };
}
