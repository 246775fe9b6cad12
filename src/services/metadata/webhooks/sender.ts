import type { Answer } from '#domain/webhook.ts';

/** A message in the form of Standard Webhooks. */
export interface Message {
  /** `webhook-id`. */
  readonly id: string;
  readonly type: string;
  /** When it happened: RFC 3339. */
  readonly timestamp: string;
  readonly data: unknown;
}

/** Where a webhook leads, as it is now. */
export interface Target {
  readonly url: string;
  /** Each signs. */
  readonly secrets: readonly string[];
}

export interface Sender extends AsyncDisposable {
  /** Messages on their way at once, for one webhook. */
  readonly lanes: number;
  /** Never rejects for what the receiver does. */
  send(target: Target, message: Message): Promise<Answer>;
}

/** The longest time from the beginning of a call to its end. */
export const callTimeoutMs = 15_000;
