import { useEffect, useRef } from 'preact/hooks';
import { type ChangedFiles, onChange } from './events.ts';

/** Calls the latest `listener` with each change while the component is mounted. */
export function useChanges(listener: (changed: ChangedFiles) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => onChange((changed) => latest.current(changed)), []);
}
