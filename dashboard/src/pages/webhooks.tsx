import { useEffect, useState } from 'preact/hooks';
import type { Json } from '#contract/schemas.ts';
import { deleteWebhooks, listWebhooks, testWebhook, updateWebhook } from '../api.ts';
import { useAgain } from '../live/use-again.ts';
import { Command } from '../parts/command.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loading } from '../parts/loading.tsx';
import { NewWebhookForm } from '../parts/new-webhook-form.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SettingsPage } from '../parts/settings-page.tsx';
import { type Webhook, WebhookTable } from '../parts/webhook-table.tsx';
import { toast } from '../toasts.ts';

export function WebhooksPage() {
  const [webhooks, setWebhooks] = useState<readonly Webhook[]>();
  const [made, setMade] = useState<Json<'NewWebhook'>>();
  const [asking, ask] = useState<Webhook>();
  const [problem, setProblem] = useState<unknown>();
  const load = () => listWebhooks().then((found) => setWebhooks(found.webhooks), setProblem);
  useEffect(() => void load(), []);
  useAgain(problem, () => {
    setProblem(undefined);
    void load();
  });
  const act = async (work: () => Promise<string>) => {
    setProblem(undefined);
    await work().then(toast, setProblem);
    await load();
  };
  const show = (created: Json<'NewWebhook'>) => {
    setMade(created);
    void load();
  };
  return (
    <SettingsPage title="Webhooks">
      <p>Filemill posts to these addresses when a file is completed, fails or is deleted.</p>
      <NewWebhookForm onMade={show} />
      {made !== undefined && <MadeWebhook made={made} />}
      <ProblemNote problem={problem} />
      {webhooks === undefined && problem === undefined && <Loading />}
      {webhooks?.length === 0 && <Empty icon="settings" title="There is no webhook yet" />}
      {webhooks !== undefined && webhooks.length > 0 && (
        <WebhookTable
          webhooks={webhooks}
          onTest={({ id }) => act(() => test(id))}
          onSwitch={(webhook) => act(() => switchOver(webhook))}
          onDelete={ask}
        />
      )}
      {asking !== undefined && (
        <Confirm
          question={`Delete the webhook to ${new URL(asking.url).host}?`}
          detail="What it was not told yet is dropped."
          action="Delete"
          onConfirm={() => act(() => remove(asking))}
          onClose={() => ask(undefined)}
        />
      )}
    </SettingsPage>
  );
}

async function test(id: string): Promise<string> {
  const { delivered, status, error, milliseconds } = await testWebhook(id);
  return delivered ? `The receiver answered ${status} in ${milliseconds} ms.` : `Not delivered: ${error}`;
}

async function switchOver({ id, enabled }: Webhook): Promise<string> {
  await updateWebhook(id, { enabled: !enabled });
  return enabled ? 'The webhook is disabled: nothing is recorded for it.' : 'The webhook is enabled.';
}

async function remove({ id }: Webhook): Promise<string> {
  await deleteWebhooks([id]);
  return 'The webhook is deleted.';
}

function MadeWebhook({ made: { secret } }: { readonly made: Json<'NewWebhook'> }) {
  return (
    <section class="note note-wait" aria-labelledby="made">
      <h2 id="made">The webhook is made</h2>
      <p>Keep its secret now: it cannot be shown again. The receiver checks signatures with it.</p>
      <Command label="Copy the secret" text={secret} />
    </section>
  );
}
