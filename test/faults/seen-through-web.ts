import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import type { FileJson } from '#client/json.ts';
import type { Scene } from './fault.ts';
import { until } from './until.ts';

/** Resolves when the HTTP API tells of the latest acknowledged file that it is COMPLETED, with its SHA-256. */
export async function seenThroughWeb({ stack, ledger }: Pick<Scene, 'stack' | 'ledger'>): Promise<void> {
  const latest = ledger.entries.at(-1);
  if (latest === undefined) throw new Error('Nothing is acknowledged yet');
  await until('the HTTP API shows the latest file as COMPLETED', async () => {
    const file = await fileThroughWeb(stack.target('web'), latest.id).catch(() => undefined);
    return file?.status === 'COMPLETED' && file.sha256 === latest.sha256;
  });
}

async function fileThroughWeb(target: string, id: string): Promise<FileJson> {
  const { promise, resolve, reject } = Promise.withResolvers<FileJson>();
  const options = {
    socketPath: target.slice('unix:'.length),
    path: `/api/v1/files/${id}`,
    headers: { host: 'localhost' },
    timeout: 2_000,
  };
  const request = get(options, (answer) => resolve(json(answer) as Promise<FileJson>));
  request.once('timeout', () => request.destroy(new Error('no answer in time'))).once('error', reject);
  return await promise;
}
