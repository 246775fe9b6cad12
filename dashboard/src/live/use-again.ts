import { useEffect } from 'preact/hooks';
import { connected } from './events.ts';

/** Asks anew once the server is back, for what could not be had while it was away. */
export function useAgain(problem: unknown, ask: () => unknown): void {
  const isConnected = connected.value;
  useEffect(() => {
    if (isConnected && problem !== undefined) ask();
  }, [isConnected]);
}
