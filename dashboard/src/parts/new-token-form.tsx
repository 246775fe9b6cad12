import { useState } from 'preact/hooks';
import type { Json } from '#contract/schemas.ts';
import { type Scope, scopes } from '#domain/access.ts';
import { createToken, type NewToken } from '../api.ts';
import { ProblemNote } from './problem-note.tsx';

const lifetimes = [
  ['90', '90 days'],
  ['7', '7 days'],
  ['365', 'one year'],
  ['', 'never'],
] as const;

const meanings: Readonly<Record<Scope, string>> = {
  upload: 'send files',
  read: 'see and download files',
  retry: 'retry failed files',
  delete: 'delete files',
  webhooks: 'make and change webhooks',
  admin: 'everything, in every tenant',
};

export function NewTokenForm({ onMade }: { readonly onMade: (made: Json<'NewToken'>) => void }) {
  const [problem, setProblem] = useState<unknown>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setProblem(undefined);
    await createToken(readForm(new FormData(form))).then((made) => {
      form.reset();
      onMade(made);
    }, setProblem);
  };
  return (
    <form class="card" onSubmit={submit} aria-labelledby="new-token">
      <h2 id="new-token">New token</h2>
      <div class="filters">
        <Field name="name" label="Name" required />
        <Field name="owner" label="Owner" />
        <Field name="tenant" label="Tenant" value="default" />
        <label>
          Expires after
          <select name="days">
            {lifetimes.map(([days, text]) => (
              <option key={days} value={days}>
                {text}
              </option>
            ))}
          </select>
        </label>
      </div>
      <fieldset>
        <legend>It may</legend>
        {scopes.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              name="scopes"
              value={scope}
              defaultChecked={scope === 'upload' || scope === 'read'}
            />{' '}
            {meanings[scope]} (<code>{scope}</code>)
          </label>
        ))}
      </fieldset>
      <div class="actions">
        <button type="submit">Make token</button>
      </div>
      <ProblemNote problem={problem} />
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly required?: boolean;
}

function Field({ name, label, value = '', required = false }: FieldProps) {
  return (
    <label>
      {label}
      <input
        name={name}
        defaultValue={value}
        required={required}
        maxLength={100}
        spellcheck={false}
        autocomplete="off"
      />
    </label>
  );
}

function readForm(form: FormData): NewToken {
  const days = Number(form.get('days'));
  const end = new Date(Date.now() + days * 24 * 60 * 60_000);
  return {
    name: String(form.get('name')),
    owner: String(form.get('owner')),
    tenant: String(form.get('tenant')).trim(),
    scopes: scopes.filter((scope) => form.getAll('scopes').includes(scope)),
    expires_at: days === 0 ? null : end.toISOString(),
  };
}
