import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type HistoryStep, stepMs } from '#domain/history.ts';
import { getHistory } from '../api.ts';
import { lost, paused } from '../live/events.ts';
import { type Figures, rates } from '../live/rates.ts';
import { serverNow } from '../live/server-time.ts';
import { continueLive, figuresOf, settleMs } from './merge.ts';
import type { Range } from './ranges.ts';

interface Read {
  readonly of: Range;
  readonly figures: readonly Figures[];
  readonly at: number;
}

export interface ShownHistory {
  /** Undefined until the history was read. */
  readonly figures: readonly Figures[] | undefined;
  readonly problem: unknown;
}

/** Reads the history of a range, again each minute once its figures are complete, and continues it with what comes live. */
export function useHistory(range: Range): ShownHistory {
  const read = useSignal<Read | undefined>(undefined);
  const problem = useSignal<unknown>(undefined);
  const { step } = range;
  useEffect(() => {
    if (step === 'second' || paused.value || lost.value) return undefined;
    return readEachMinute(range, step, (news) => {
      if ('figures' in news) read.value = news;
      problem.value = 'figures' in news ? undefined : news.problem;
    });
  }, [range, paused.value, lost.value]);
  if (step === 'second') return { figures: rates.value, problem: undefined };
  const known = read.value?.of === range ? read.value : undefined;
  if (known === undefined) return { figures: undefined, problem: problem.value };
  const isLive = step === 'minute' && range.until === undefined;
  const figures = isLive ? continueLive(known.figures, rates.value, stepMs[step], known.at) : known.figures;
  return { figures, problem: problem.value };
}

function readEachMinute(
  range: Range,
  step: HistoryStep,
  tell: (news: Read | { readonly problem: unknown }) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  // An answer that is late must not take the place of that for the next range.
  const tellUnlessOver: typeof tell = (news) => {
    if (!isOver) tell(news);
  };
  const read = () => {
    const at = serverNow();
    const to = range.until ?? at;
    getHistory({ from: new Date(to - range.ms).toISOString(), to: new Date(to).toISOString(), step })
      .then(
        ({ points }) => tellUnlessOver({ of: range, figures: figuresOf(points, stepMs[step], at), at }),
        (problem: unknown) => tellUnlessOver({ problem }),
      )
      .finally(() => {
        if (!isOver && range.until === undefined) timer = setTimeout(read, untilSettledMs(serverNow()));
      });
  };
  read();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** Until the figures of the present minute are complete, or of the last one if they are not yet. */
function untilSettledMs(now: number): number {
  const minute = stepMs.minute;
  return minute - ((now - settleMs - 500) % minute);
}
