import { useEffect, useState } from 'preact/hooks';
import type { FileJson, ResultJson } from '#client/json.ts';
import { getFile, getResult } from './api.ts';
import { useChanges } from './live/use-changes.ts';

export interface ShownFile {
  readonly file: FileJson | undefined;
  readonly result: ResultJson | undefined;
  readonly deleted: boolean;
  readonly problem: unknown;
}

/** One file as it is now, and what was found once it is COMPLETED. */
export function useFile(id: string): ShownFile {
  const [file, setFile] = useState<FileJson>();
  const [result, setResult] = useState<ResultJson>();
  const [deleted, setDeleted] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const load = () => {
    getFile(id).then((found) => {
      setFile(found);
      setProblem(undefined);
    }, setProblem);
  };
  useEffect(load, [id]);
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
  return { file, result, deleted, problem };
}
