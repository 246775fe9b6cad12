import type { Json } from '#contract/schemas.ts';
import { pageHeader } from '../access.ts';
import { parsed, Refusal, refusalOf, unreachable } from '../api.ts';
import { addressOf } from '../base.ts';
import type { ChosenFile } from './dropped-files.ts';

/** The id under which a file is kept, or why it is not. */
export type Outcome = string | Refusal;

/** A form costs one request for all of these; a larger file is worth a request of its own, which shows its progress. */
export const most = { files: 100, bytes: 2 ** 20, bytesOfFile: 64 * 2 ** 10 } as const;

/**
 * Whether a file may be one of many in a form. In the name of a part, browsers write a quote and a line break as a percent sign
 * and digits, which a name may have itself.
 */
export function mayShareForm({ file, path }: ChosenFile): boolean {
  return file.size <= most.bytesOfFile && !/["%\r\n]/.test(path);
}

/**
 * Sends small files in one request; answers what became of each, in their order.
 *
 * @param key the same for every attempt, so that a lost answer does not make second files
 * @throws Refusal when nothing is known of the files, as the answer is not that of Filemill, or lost
 */
export async function sendForm(files: readonly ChosenFile[], key: string): Promise<readonly Outcome[]> {
  const form = new FormData();
  for (const { file, path } of files) form.append('file', file, path);
  const headers = { 'Idempotency-Key': key, ...pageHeader };
  const response = await fetch(addressOf('api/v1/files'), { method: 'POST', body: form, headers }).catch(() => {
    throw unreachable();
  });
  const body = await response.text();
  // A form of which nothing was kept is answered by a problem, which tells of each file all the same.
  const told = parsed<Partial<Json<'Uploads'>>>(body)?.files;
  if (told?.length !== files.length) throw refusalOf(response.status, body);
  return told.map((one) => ('id' in one ? one.id : new Refusal(one.problem)));
}
