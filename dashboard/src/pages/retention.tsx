import { useEffect, useState } from 'preact/hooks';
import type { Json } from '#contract/schemas.ts';
import { may } from '../access.ts';
import { listRetentionRules, removeRetentionRule, setRetentionRule } from '../api.ts';
import { time } from '../format.ts';
import { useAgain } from '../live/use-again.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Empty } from '../parts/empty.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { RetentionForm } from '../parts/retention-form.tsx';
import { aboutOf, RetentionTable, type Rule } from '../parts/retention-table.tsx';
import { SettingsPage } from '../parts/settings-page.tsx';
import { toast } from '../toasts.ts';

/** What is asked about before it happens. */
type Asked = readonly [what: 'act' | 'remove', rule: Rule];

export function RetentionPage() {
  const [rules, setRules] = useState<readonly Rule[]>();
  const [asked, ask] = useState<Asked>();
  const [problem, setProblem] = useState<unknown>();
  const load = () => listRetentionRules().then((found) => setRules(found.rules), setProblem);
  useEffect(() => void load(), []);
  useAgain(problem, () => {
    setProblem(undefined);
    void load();
  });
  const change = async (made: Promise<Rule>) => {
    setProblem(undefined);
    try {
      toast(sentence(await made));
    } catch (error) {
      setProblem(error);
    }
    await load();
  };
  return (
    <SettingsPage title="Retention">
      <p>
        Files are kept for ever unless a rule says otherwise. About each file, the most specific rule decides alone.
        Files that have not ended are never removed.
      </p>
      {may('delete') && <RetentionForm onSet={(rule) => change(setRetentionRule(rule))} />}
      <ProblemNote problem={problem} />
      {rules === undefined && problem === undefined && <Loading />}
      {rules?.length === 0 && (
        <Empty icon="settings" title="There is no rule">
          <p class="quiet">Everything is kept.</p>
        </Empty>
      )}
      {rules !== undefined && rules.length > 0 && (
        <RetentionTable rules={rules} onAct={(rule) => ask(['act', rule])} onRemove={(rule) => ask(['remove', rule])} />
      )}
      {asked !== undefined && <Question asked={asked} onChange={change} onClose={() => ask(undefined)} />}
    </SettingsPage>
  );
}

interface QuestionProps {
  readonly asked: Asked;
  readonly onChange: (made: Promise<Rule>) => void;
  readonly onClose: () => void;
}

function Question({ asked: [what, rule], onChange, onClose }: QuestionProps) {
  const { id, tenant, status, keep_files_seconds, keep_bytes_seconds } = rule;
  const act = () =>
    rule.is_removed
      ? removeRetentionRule(id, true)
      : setRetentionRule({ tenant, status, keep_files_seconds, keep_bytes_seconds, acts_now: true });
  return (
    <Confirm
      question={what === 'act' ? `Act now on ${aboutOf(rule)}?` : `Remove the rule for ${aboutOf(rule)}?`}
      detail={
        what === 'act'
          ? 'What the table shows is removed within minutes. This cannot be undone.'
          : 'Its files stay as they are for an hour. Then wider rules decide about them, or they are kept for ever.'
      }
      action={what === 'act' ? 'Act now' : 'Remove'}
      onConfirm={() => onChange(what === 'act' ? act() : removeRetentionRule(id, false))}
      onClose={onClose}
    />
  );
}

function sentence(rule: Json<'RetentionRule'>): string {
  const waits = Date.parse(rule.acts_at ?? '') > Date.now();
  if (rule.is_removed)
    return `The rule for ${aboutOf(rule)} is removed; its files stay as they are until ${time(rule.acts_at)}.`;
  return `The rule for ${aboutOf(rule)} ${waits ? `acts from ${time(rule.acts_at)}; until then nothing is removed` : 'acts'}.`;
}
