import type { FileJson, Json, ResultJson } from '#contract/schemas.ts';
import type { Scope } from '#domain/access.ts';
import { reasonOfProxyAnswer } from '#domain/proxy-answer.ts';
import { admission, type Caller, pageHeader } from './access.ts';
import { addressOf } from './base.ts';

export type FilesPage = Json<'FilesPage'>;

/** An error as the server words it: what happened, and what to do. */
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
export const getSystem = () => call<Json<'System'>>('api/v1/system');
export const listResults = (parameters: URLSearchParams) => call<Json<'ResultsPage'>>(`api/v1/results?${parameters}`);
export const getHistory = (range: Readonly<Record<'from' | 'to' | 'step', string>>) =>
  call<Json<'History'>>(`api/v1/history?${new URLSearchParams(range)}`);
export const listFiles = (parameters: URLSearchParams, signal?: AbortSignal) =>
  call<FilesPage>(`api/v1/files?${parameters}`, until(signal));
export const countFiles = (parameters: URLSearchParams, signal?: AbortSignal) =>
  call<Json<'FileCounts'>>(`api/v1/files:count?${parameters}`, until(signal));
export const listBatches = () => call<Json<'Batches'>>('api/v1/batches');
export const retryFiles = (ids: readonly string[]) => post<Json<'Retried'>>('api/v1/files:retry', { ids });
export const deleteFiles = (ids: readonly string[]) => post<Json<'Deleted'>>('api/v1/files:delete', { ids });

export const getCaller = () => call<Caller>('api/v1/caller');
export const getSignIn = () => call<Json<'SignIn'>>('api/v1/session');
export const beginSession = (token: string) => post<Caller>('api/v1/session', { token });
export const endSession = () => send('api/v1/session', { method: 'DELETE', headers: pageHeader });
export const listTokens = (withEnded: boolean) => call<Json<'Tokens'>>(`api/v1/tokens?with_ended=${withEnded}`);
export const createToken = (token: NewToken) => post<Json<'NewToken'>>('api/v1/tokens', token);
export const revokeTokens = (ids: readonly string[]) => post<Json<'Revoked'>>('api/v1/tokens:revoke', { ids });

export const drainWorker = (name: string) =>
  post<Json<'Worker'>>(`api/v1/workers/${encodeURIComponent(name)}/drain`, {});
export const resumeWorker = (name: string) =>
  post<Json<'Worker'>>(`api/v1/workers/${encodeURIComponent(name)}/resume`, {});
export const listAudit = (parameters: URLSearchParams) => call<Json<'AuditPage'>>(`api/v1/audit?${parameters}`);

export const listRetentionRules = () => call<Json<'RetentionRules'>>('api/v1/retention');
export const getRetentionForecast = (id: string) => call<Json<'RetentionForecast'>>(`api/v1/retention/${id}/forecast`);
export const setRetentionRule = (rule: NewRule) => post<Json<'RetentionRule'>>('api/v1/retention', rule, 'PUT');
export const removeRetentionRule = (id: string, actsNow: boolean) =>
  call<Json<'RetentionRule'>>(`api/v1/retention/${id}?acts_now=${actsNow}`, { method: 'DELETE', headers: pageHeader });

export interface NewRule
  extends Pick<Json<'RetentionRule'>, 'tenant' | 'status' | 'keep_files_seconds' | 'keep_bytes_seconds'> {
  /** Acts at once, and not an hour later. */
  readonly acts_now?: boolean;
}

export const listWebhooks = () => call<Json<'Webhooks'>>('api/v1/webhooks');
export const createWebhook = (webhook: NewWebhook) => post<Json<'NewWebhook'>>('api/v1/webhooks', webhook);
export const updateWebhook = (id: string, changes: { readonly enabled: boolean }) =>
  post<Json<'Webhook'>>(`api/v1/webhooks/${encodeURIComponent(id)}`, changes, 'PATCH');
export const testWebhook = (id: string) =>
  post<Json<'WebhookTest'>>(`api/v1/webhooks/${encodeURIComponent(id)}/test`, {});
export const deleteWebhooks = (ids: readonly string[]) =>
  post<Json<'DeletedWebhooks'>>('api/v1/webhooks:delete', { ids });
export const listDeliveries = (id: string, state: string, pageToken: string) =>
  call<Json<'DeliveriesPage'>>(
    `api/v1/webhooks/${encodeURIComponent(id)}/deliveries?${new URLSearchParams({ state, page_token: pageToken })}`,
  );
export const replayDeliveries = (id: string, ids: readonly string[]) =>
  post<Json<'Replayed'>>(`api/v1/webhooks/${encodeURIComponent(id)}/replay`, { ids });

export interface NewWebhook {
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
  readonly types: readonly string[];
  readonly paths: readonly string[];
}

export interface NewToken {
  readonly name: string;
  readonly owner: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly expires_at: string | null;
}

/** The bytes of a file, or its first ones. @throws Refusal */
export async function getBytes(id: string, first?: number): Promise<ArrayBuffer> {
  const range = first === undefined ? {} : { headers: { range: `bytes=0-${first - 1}` } };
  const response = await answerOf(`api/v1/files/${encodeURIComponent(id)}/content`, range);
  return await response.arrayBuffer();
}

/** The beginning of the text of a document: somewhat more than `most` characters if there are more. @throws Refusal */
export async function getText(id: string, most: number): Promise<string> {
  const { body } = await answerOf(`api/v1/files/${encodeURIComponent(id)}/text`);
  let text = '';
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    text += next.value;
    if (text.length > most) break;
  }
  await reader?.cancel();
  return text;
}

function until(signal: AbortSignal | undefined): RequestInit {
  return signal === undefined ? {} : { signal };
}

function post<Answer>(path: string, body: object, method = 'POST'): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...pageHeader };
  return call(path, { method, headers, body: JSON.stringify(body) });
}

/** @throws Refusal */
async function call<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const { status, body } = await send(path, init);
  const answer = parsed<Answer>(body);
  if (answer === undefined) throw refusalOf(status, body);
  return answer;
}

/** @throws Refusal */
async function send(path: string, init: RequestInit) {
  const response = await answerOf(path, init);
  return { status: response.status, body: await response.text() };
}

/** @throws Refusal */
async function answerOf(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(addressOf(path), init).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw refusalOf(response.status, await response.text());
  return response;
}

/** Answers undefined unless the body is JSON: a proxy may answer with a page of its own, even instead of a success. */
export function parsed<Answer>(body: string): Answer | undefined {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return undefined;
  }
}

export function unreachable(): Refusal {
  const action = 'Check that `filemill up`, or the web service, still runs.';
  return new Refusal({ detail: 'The server does not answer.', reason: 'UNREACHABLE', action });
}

/** The problem that Filemill reports, or a description of what answered in its place. */
export function refusalOf(status: number, body: string): Refusal {
  const problem = parsed<Partial<Json<'Problem'>>>(body);
  if (problem?.type?.startsWith('urn:filemill:')) {
    // Whatever was asked: nobody is signed in any longer.
    if (problem.reason === 'UNAUTHENTICATED') admission.value = 'refused';
    return new Refusal(problem as Json<'Problem'>);
  }
  const reason = reasonOfProxyAnswer(status);
  const answer = status < 400 ? 'with something that is not Filemill' : status;
  return new Refusal({
    detail: `A proxy between you and Filemill answered ${answer}.`,
    reason,
    action: whatToDo[reason],
  });
}

/** Explains the answer of a proxy; see docs/proxies.md. */
const whatToDo = {
  PROXY_LIMIT: 'It takes no request of this size: ask whoever runs it to raise its limit.',
  PROXY_REFUSED: 'Check the address of this page, and ask whoever runs the proxy.',
  PROXY_UNAVAILABLE: 'It does not reach Filemill just now: check that the web service runs.',
} as const;
