import { useEffect, useState } from 'preact/hooks';
import { useAgain } from './live/use-again.ts';

interface AnswerPage<Item> {
  readonly items: readonly Item[];
  readonly next_page_token: string;
}

interface Pages<Item> {
  /** What was loaded so far; undefined before the first page. */
  readonly items: readonly Item[] | undefined;
  readonly problem: unknown;
  setProblem(problem: unknown): void;
  /** Loads the next page; undefined on the last. */
  readonly more: (() => Promise<void>) | undefined;
  /** Begins anew. */
  reload(): Promise<void>;
}

/**
 * A list that grows page by page, and begins anew when `filter` changes.
 *
 * @param ask for a page by its token, which is empty for the first
 */
export function usePages<Item>(ask: (pageToken: string) => Promise<AnswerPage<Item>>, filter: string): Pages<Item> {
  const [items, setItems] = useState<readonly Item[]>();
  const [next, setNext] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const load = async (pageToken: string) => {
    setProblem(undefined);
    try {
      const page = await ask(pageToken);
      setItems((earlier = []) => [...(pageToken === '' ? [] : earlier), ...page.items]);
      setNext(page.next_page_token);
    } catch (error) {
      setProblem(error);
    }
  };
  const reload = () => load('');
  useEffect(() => void reload(), [filter]);
  useAgain(problem, reload);
  return { items, problem, setProblem, more: next === '' ? undefined : () => load(next), reload };
}
