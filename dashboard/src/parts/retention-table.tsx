import { useEffect, useState } from 'preact/hooks';
import type { Json } from '#contract/schemas.ts';
import { caller, may } from '../access.ts';
import { getRetentionForecast } from '../api.ts';
import { bytes, count, files, time } from '../format.ts';
import { TableHead } from './table-head.tsx';

export type Rule = Json<'RetentionRule'>;
type Forecast = Json<'RetentionForecast'>;

interface RetentionTableProps {
  readonly rules: readonly Rule[];
  readonly onAct: (rule: Rule) => void;
  readonly onRemove: (rule: Rule) => void;
}

/** Which files the rule is about. */
export function aboutOf({ tenant, status }: Rule): string {
  return `${status === null ? 'all' : status} files of ${tenant === null ? 'all tenants' : tenant}`;
}

export function RetentionTable({ rules, onAct, onRemove }: RetentionTableProps) {
  return (
    <table class="stacked">
      <caption>Rules, and what they remove when they act next</caption>
      <TableHead titles={['Rule', 'Keeps files', 'Keeps bytes', 'Acts', 'Removes now', 'Next', 'Action']} />
      <tbody>
        {rules.map((rule) => (
          <RuleRow key={rule.id} rule={rule} onAct={() => onAct(rule)} onRemove={() => onRemove(rule)} />
        ))}
      </tbody>
    </table>
  );
}

interface RuleRowProps {
  readonly rule: Rule;
  readonly onAct: () => void;
  readonly onRemove: () => void;
}

function RuleRow({ rule, onAct, onRemove }: RuleRowProps) {
  const [forecast, setForecast] = useState<Forecast | 'unknown'>();
  const { id, changed_at: changedAt, acts_at: actsAt } = rule;
  useEffect(() => {
    getRetentionForecast(id).then(setForecast, () => setForecast('unknown'));
  }, [id, changedAt, actsAt]);
  const about = aboutOf(rule);
  return (
    <tr>
      <th scope="row" class="name">
        <bdi>{about}</bdi>
        {rule.is_default && <small>from the settings of the server</small>}
      </th>
      <td data-title="Keeps files">{span(rule.keep_files_seconds)}</td>
      <td data-title="Keeps bytes">{span(rule.keep_bytes_seconds)}</td>
      <td data-title="Acts">{actsOf(rule)}</td>
      <td data-title="Removes now">
        <Removed forecast={forecast} />
      </td>
      <td data-title="Next">{typeof forecast === 'object' ? time(forecast.next_at) : '–'}</td>
      <td>
        {mayChange(rule) && (
          <div class="actions">
            {waits(rule) && (
              <button type="button" class="danger" onClick={onAct} aria-label={`Act now on ${about}…`}>
                Act now…
              </button>
            )}
            {!rule.is_removed && (
              <button type="button" onClick={onRemove} aria-label={`Remove the rule for ${about}…`}>
                Remove…
              </button>
            )}
          </div>
        )}
      </td>
    </tr>
  );
}

function Removed({ forecast }: { readonly forecast: Forecast | 'unknown' | undefined }) {
  if (forecast === undefined) return <>…</>;
  if (forecast === 'unknown') return <>unknown: there are too many to count</>;
  const { files: whole, bytes: emptied } = forecast;
  if (whole.files === 0 && emptied.files === 0) return <>nothing</>;
  const more = (hasMore: boolean) => (hasMore ? 'more than ' : '');
  return (
    <>
      {whole.files > 0 && (
        <div>
          {more(whole.has_more)}
          {files(whole.files)}, {bytes(whole.bytes)}
        </div>
      )}
      {emptied.files > 0 && (
        <div>
          only the bytes of {more(emptied.has_more)}
          {count(emptied.files)}, {bytes(emptied.bytes)}
        </div>
      )}
    </>
  );
}

function waits({ acts_at: at }: Rule): boolean {
  return Date.parse(at ?? '') > Date.now();
}

function actsOf(rule: Rule): string {
  if (rule.is_removed) return `removed; its files stay until ${time(rule.acts_at)}`;
  return waits(rule) ? `from ${time(rule.acts_at)}` : 'now';
}

/** Rules of all tenants are those of operators. */
function mayChange({ tenant, is_default: isDefault }: Rule): boolean {
  return !isDefault && may('delete') && (tenant === (caller.value?.tenant ?? null) || may('admin'));
}

const units = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const;

function span(seconds: number | null): string {
  if (seconds === null) return 'for ever';
  const [size, word] = units.find(([unit]) => seconds % unit === 0) ?? [1, 'second'];
  return `${count(seconds / size)} ${word}${seconds === size ? '' : 's'}`;
}
