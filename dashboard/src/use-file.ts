import { useEffect, useState } from 'preact/hooks';
import type { AttemptJson, FileJson, ResultJson } from '#contract/schemas.ts';
import { getAttempts, getFile, getResult } from './api.ts';
import { useAgain } from './live/use-again.ts';
import { useChanges } from './live/use-changes.ts';

export interface ShownFile {
  readonly file: FileJson | undefined;
  readonly result: ResultJson | undefined;
  readonly attempts: readonly AttemptJson[] | undefined;
  readonly deleted: boolean;
  readonly problem: unknown;
}

/** Keeps a file up to date, with its attempts, and with its result once it is COMPLETED. */
export function useFile(id: string): ShownFile {
  const [file, setFile] = useState<FileJson>();
  const [result, setResult] = useState<ResultJson>();
  const [attempts, setAttempts] = useState<readonly AttemptJson[]>();
  const [deleted, setDeleted] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const load = () => {
    getFile(id).then((found) => {
      setFile(found);
      setProblem(undefined);
    }, setProblem);
  };
  useEffect(load, [id]);
  useAgain(problem, load);
  useChanges((changed) => {
    if (changed.look_again) load();
    if (changed.deleted.includes(id)) setDeleted(true);
    const news = changed.files.find((other) => other.id === id);
    if (news !== undefined) setFile(news);
  });
  const isCompleted = file?.status === 'COMPLETED';
  useEffect(() => {
    if (isCompleted) getResult(id).then(setResult, setProblem);
    else setResult(undefined);
  }, [id, isCompleted]);
  // Every change of a file changes one of these.
  const version = file && `${file.status} ${file.attempt} ${file.updated_at}`;
  useEffect(() => {
    if (version === undefined || deleted) return;
    let isLatest = true;
    const show = (next: () => void) => isLatest && next();
    getAttempts(id).then(
      (found) => show(() => setAttempts(found.attempts)),
      (error) => show(() => setProblem(error)),
    );
    return () => {
      isLatest = false;
    };
  }, [id, version, deleted]);
  return { file, result, attempts, deleted, problem };
}
