import { useEffect, useState } from 'preact/hooks';
import { getSignIn, Refusal } from '../api.ts';
import { addressOf } from '../base.ts';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { signIn } from '../session.ts';

/** In the place of every page while nobody is signed in. */
export function SignInPage() {
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem('token') as HTMLInputElement;
    setProblem(undefined);
    setBusy(true);
    await signIn(field.value.trim()).catch((error: unknown) => {
      setProblem(inOurWords(error));
      field.select();
    });
    setBusy(false);
  };
  return (
    <Page title="Sign in">
      <form class="card sign-in" onSubmit={submit}>
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          required
          spellcheck={false}
          autocomplete="current-password"
          aria-describedby="token-hint"
        />
        <small id="token-hint">
          It begins with <code>fm_</code>. Whoever runs this server makes one with <code>filemill token create</code>.
        </small>
        <div class="actions">
          <button type="submit" disabled={busy}>
            Sign in
          </button>
          <ProviderLink />
        </div>
        <ProblemNote problem={problem} />
      </form>
    </Page>
  );
}

function ProviderLink() {
  const [provider, setProvider] = useState<string | null>(null);
  useEffect(() => {
    getSignIn().then(
      (ways) => setProvider(ways.provider),
      () => undefined,
    );
  }, []);
  if (provider === null) return null;
  const href = addressOf(`auth/login?${new URLSearchParams({ to: location.href.slice(addressOf('').length) })}`);
  return <a href={href}>Sign in with {provider}</a>;
}

/** What the API advises is for programs. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof Refusal && error.reason === 'UNAUTHENTICATED')) return error;
  const { reason } = error;
  return new Refusal({
    detail: 'This token is not valid, or not any longer.',
    reason,
    action: 'Paste the whole token.',
  });
}
