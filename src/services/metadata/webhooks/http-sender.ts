import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Answer } from '#domain/webhook.ts';
import { type Destinations, hostOf, unreachableText } from './destinations.ts';
import { callTimeoutMs, type Message, type Sender, type Target } from './sender.ts';

/** Of an answer that is kept; no more is read than a packet or so. */
const keptCharacters = 300;
const readBytes = 4 * 1024;
const longestPauseMs = 60 * 60_000;

/**
 * Posts messages. The addresses of a host are looked up once for each connection, and the connection goes to one that was
 * checked: a name cannot lead elsewhere afterwards. Redirects are not followed, and no proxy is asked.
 */
export class HttpSender implements Sender {
  readonly lanes = 16;
  readonly #agent: Agent;
  readonly #signers = new Map<string, Webhook>();

  constructor(destinations: Destinations) {
    this.#agent = new Agent({
      connections: this.lanes,
      connect: checkedConnector(destinations),
      keepAliveTimeout: 10_000,
      maxHeaderSize: 16 * 1024,
    });
  }

  async send({ url, secrets }: Target, message: Message): Promise<Answer> {
    const { id, type, timestamp, data } = message;
    const body = JSON.stringify({ type, timestamp, data });
    const now = new Date();
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Filemill',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': secrets.map((secret) => this.#signer(secret).sign(id, now, body)).join(' '),
    };
    try {
      const { origin, pathname, search } = new URL(url);
      const signal = AbortSignal.timeout(callTimeoutMs);
      const path = `${pathname}${search}`;
      return await answerOf(await this.#agent.request({ origin, path, method: 'POST', headers, body, signal }));
    } catch (error) {
      return { status: 0, error: reasonOf(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  #signer(secret: string): Webhook {
    const known = this.#signers.get(secret);
    if (known !== undefined) return known;
    // Rotations must not fill the memory.
    if (this.#signers.size >= 1_000) this.#signers.clear();
    const signer = new Webhook(secret);
    this.#signers.set(secret, signer);
    return signer;
  }
}

async function answerOf({ statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<Answer> {
  if (status >= 200 && status < 300) {
    await body.dump({ limit: readBytes });
    return { status, error: '' };
  }
  const text = await beginningOf(body);
  const error = `${status}${text && `: ${text}`}`;
  return {
    status,
    error,
    gone: status === 410,
    pauseMs: status === 429 || status === 503 ? pauseOf(headers) : undefined,
  };
}

async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop destroys the body, and with it the connection unless all was read.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= readBytes) break;
  }
  const text = Buffer.concat(chunks)
    .toString()
    .toWellFormed()
    .replaceAll(/\p{C}+/gu, ' ');
  return text.trim().slice(0, keptCharacters).toWellFormed();
}

/** Retry-After in seconds or as a date (RFC 9110). */
function pauseOf({ 'retry-after': value }: Dispatcher.ResponseData['headers']): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return ms > 0 ? Math.min(ms, longestPauseMs) : undefined;
}

function reasonOf(error: unknown): string {
  const { name, message, code } = error as Error & { code?: string };
  if (name === 'TimeoutError') return `no answer within ${callTimeoutMs / 1_000} s`;
  return (message || code || name).slice(0, keptCharacters);
}

/** Connects to addresses that are permitted only. */
function checkedConnector(destinations: Destinations): buildConnector.connector {
  const byProtocol = new Map(
    ['http:', 'https:'].map((protocol) => [
      protocol,
      buildConnector({ timeout: 5_000, allowH2: false, lookup: checkedLookup(destinations, protocol) } as object),
    ]),
  );
  return (options, callback) => {
    const host = hostOf(options);
    // `net.connect` looks up no IP address.
    if (isIP(host) !== 0 && !destinations.permit(host, options.protocol))
      callback(new Error(unreachableText(host)), null);
    else byProtocol.get(options.protocol)?.(options, callback);
  };
}

function checkedLookup(destinations: Destinations, protocol: string): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const permitted = addresses.filter(({ address }) => destinations.permit(address, protocol));
      const [first] = permitted;
      if (first === undefined) return callback(new Error(unreachableText(addresses[0]?.address ?? hostname)), '');
      if (options.all) callback(null, permitted);
      else callback(null, first.address, first.family);
    });
  };
}
