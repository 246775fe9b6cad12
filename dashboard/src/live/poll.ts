import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { lost, paused } from './events.ts';

export interface Polled<Answer> {
  /** The latest answer; undefined until the first. */
  readonly answer: Answer | undefined;
  /** Why there is no newer one. */
  readonly problem: unknown;
}

/** Asks again and again while the component is shown, the page is live and the server is there: for what causes no event. */
export function usePolled<Answer>(ask: () => Promise<Answer>, everyMs: number): Polled<Answer> {
  const polled = useSignal<Polled<Answer>>({ answer: undefined, problem: undefined });
  useEffect(() => {
    if (paused.value || lost.value) return undefined;
    let isOver = false;
    const round = () =>
      ask().then(
        (answer) => {
          if (!isOver) polled.value = { answer, problem: undefined };
        },
        (problem: unknown) => {
          if (!isOver) polled.value = { ...polled.peek(), problem };
        },
      );
    void round();
    const timer = setInterval(round, everyMs);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [paused.value, lost.value]);
  return polled.value;
}
