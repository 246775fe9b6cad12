import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: { readonly id: string; readonly filename: string; readonly status: string };
  readonly body: string;
  readonly signatures: number;
}

export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  /** The secrets with which messages may be signed; a message that none of them verifies is answered 401, and not kept. */
  readonly secrets: string[];
  /** Verified messages in the order in which they came, whatever was answered. */
  readonly received: Received[];
  /** Answers in place of 204. */
  /** Does as if it had not come. */
  forget(id: string): void;
  /** Refuses connections until `open`. */
  close(): Promise<void>;
  open(): Promise<void>;
  answer: ((message: Received, response: ServerResponse) => void) | undefined;
}

/** A receiver as a user would write it, with the library of Standard Webhooks. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const secrets: string[] = [];
  const server = createServer(async (request, response) => {
    const message = verified(secrets, request, await text(request));
    if (message === undefined) return void response.writeHead(401).end();
    received.push(message);
    if (receiver.answer === undefined) response.writeHead(204).end();
    else receiver.answer(message, response);
  });
  const open = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const close = async () => {
    server.close();
    server.closeAllConnections();
  };
  await open(0);
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${port}/hook`,
    secrets,
    received,
    answer: undefined,
    forget: (id) =>
      void received.splice(
        received.findLastIndex((one) => one.id === id),
        1,
      ),
    close,
    open: () => open(port),
    [Symbol.asyncDispose]: close,
  };
  return receiver;
}

function verified(secrets: readonly string[], { headers }: IncomingMessage, body: string): Received | undefined {
  for (const secret of secrets)
    try {
      const message = new Webhook(secret).verify(body, headers as Record<string, string>) as Received;
      const signatures = String(headers['webhook-signature']).split(' ').length;
      return { ...message, id: String(headers['webhook-id']), body, signatures };
    } catch {
      // Another secret may verify it.
    }
  return undefined;
}
