import type { FileJson, ResultJson } from '#client/json.ts';
import type { Json } from '#services/web/schemas.ts';
import { addressOf } from './base.ts';

export type FilesPage = Json<'FilesPage'>;

/** A refusal in the words of the server: what happened, and what to do. */
export class Refusal extends Error {
  readonly reason: string;
  readonly action: string;

  constructor({ detail, reason, action }: Pick<Json<'Problem'>, 'detail' | 'action'> & { readonly reason: string }) {
    super(detail);
    this.reason = reason;
    this.action = action;
  }
}

export const getFile = (id: string) => call<FileJson>(`api/v1/files/${encodeURIComponent(id)}`);
export const getResult = (id: string) => call<ResultJson>(`api/v1/files/${encodeURIComponent(id)}/result`);
export const getAttempts = (id: string) => call<Json<'Attempts'>>(`api/v1/files/${encodeURIComponent(id)}/attempts`);
export const getServer = () => call<Json<'Server'>>('api/v1/server');
export const listFiles = (parameters: URLSearchParams) => call<FilesPage>(`api/v1/files?${parameters}`);
export const retryFiles = (ids: readonly string[]) => post<Json<'Retried'>>('api/v1/files:retry', { ids });
export const deleteFiles = (ids: readonly string[]) => post<Json<'Deleted'>>('api/v1/files:delete', { ids });

function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return call(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** @throws Refusal */
async function call<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(addressOf(path), init).catch(() => {
    throw unreachable();
  });
  const body = await response.text();
  if (response.ok) return JSON.parse(body) as Answer;
  throw refusalOf(response.status, body);
}

export function unreachable(): Refusal {
  const action = 'Check that `filemill up`, or the web service, still runs.';
  return new Refusal({ detail: 'The server does not answer.', reason: 'UNREACHABLE', action });
}

/** A proxy between may answer with anything. */
export function refusalOf(status: number, body: string): Refusal {
  try {
    return new Refusal(JSON.parse(body) as Json<'Problem'>);
  } catch {
    return new Refusal({ detail: `The server answered ${status}.`, reason: 'UNKNOWN', action: 'Try again later.' });
  }
}
