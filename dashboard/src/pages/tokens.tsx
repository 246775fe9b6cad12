import { useEffect, useState } from 'preact/hooks';
import type { Json, TokenJson } from '#contract/schemas.ts';
import { listTokens, revokeTokens } from '../api.ts';
import { useAgain } from '../live/use-again.ts';
import { Command } from '../parts/command.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loading } from '../parts/loading.tsx';
import { NewTokenForm } from '../parts/new-token-form.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SettingsPage } from '../parts/settings-page.tsx';
import { TokenTable } from '../parts/token-table.tsx';
import { toast } from '../toasts.ts';

export function TokensPage() {
  const [tokens, setTokens] = useState<readonly TokenJson[]>();
  const [withEnded, showEnded] = useState(false);
  const [made, setMade] = useState<Json<'NewToken'>>();
  const [asking, ask] = useState<TokenJson>();
  const [problem, setProblem] = useState<unknown>();
  const load = () => listTokens(withEnded).then((found) => setTokens(found.tokens), setProblem);
  useEffect(() => void load(), [withEnded]);
  useAgain(problem, () => {
    setProblem(undefined);
    void load();
  });
  const revoke = async ({ id, name }: TokenJson) => {
    setProblem(undefined);
    try {
      await revokeTokens([id]);
      toast(`${name} is revoked.`);
      if (made?.token.id === id) setMade(undefined);
    } catch (error) {
      setProblem(error);
    }
    await load();
  };
  const show = (token: Json<'NewToken'>) => {
    setMade(token);
    void load();
  };
  return (
    <SettingsPage title="Tokens">
      <NewTokenForm onMade={show} />
      {made !== undefined && <MadeToken made={made} />}
      <ProblemNote problem={problem} />
      <label>
        <input type="checkbox" checked={withEnded} onChange={({ currentTarget }) => showEnded(currentTarget.checked)} />{' '}
        Also those that were revoked or have expired
      </label>
      {tokens === undefined && problem === undefined && <Loading />}
      {tokens?.length === 0 && <Empty icon="settings" title="There is no token yet" />}
      {tokens !== undefined && tokens.length > 0 && <TokenTable tokens={tokens} onRevoke={ask} />}
      {asking !== undefined && (
        <Confirm
          question={
            <>
              Revoke <bdi>{asking.name}</bdi>?
            </>
          }
          detail="Whatever uses it is refused within seconds, for ever, and so are sessions that began with it."
          action="Revoke"
          onConfirm={() => revoke(asking)}
          onClose={() => ask(undefined)}
        />
      )}
    </SettingsPage>
  );
}

function MadeToken({ made: { token, secret } }: { readonly made: Json<'NewToken'> }) {
  return (
    <section class="note note-wait" aria-labelledby="made">
      <h2 id="made">
        The token <bdi>{token.name}</bdi> is made
      </h2>
      <p>Keep it now: it cannot be shown again.</p>
      <Command label="Copy the token" text={secret} />
    </section>
  );
}
