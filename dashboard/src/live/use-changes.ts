import { useEffect, useRef } from 'preact/hooks';
import { type ChangedFiles, onChange } from './events.ts';

/** Calls the latest `listener` with whatever changes, while the component is there. */
export function useChanges(listener: (changed: ChangedFiles) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => onChange((changed) => latest.current(changed)), []);
}
