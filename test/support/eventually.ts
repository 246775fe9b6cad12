import { setTimeout as delay } from 'node:timers/promises';

interface Patience {
  /** Far longer than it takes: for a loaded machine, not for a measurement. */
  readonly withinMs?: number;
}

/**
 * Asks again and again until the answer is neither undefined, false nor 0, and returns it.
 *
 * @param what it waits for, as a sentence without its full stop
 * @throws Error that says what did not happen
 */
export async function eventually<T>(
  what: string,
  holds: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = 60_000 }: Patience = {},
): Promise<T> {
  for (const giveUpAt = performance.now() + withinMs; ; await delay(20)) {
    const answer = await holds();
    if (answer) return answer;
    if (performance.now() > giveUpAt) throw new Error(`Not within ${withinMs / 1_000} s: ${what}.`);
  }
}
