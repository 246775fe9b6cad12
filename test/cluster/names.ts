import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode } from 'dns-packet';

/** The zone in which hosts find each other (RFC 6761 keeps `test` for that). */
const zone = 'filemill.test';
const noSuchName = 3;

export function fullName(name: string): string {
  return `${name}.${zone}`;
}

/** A name server: every name has several addresses, which each answer lists in another order. */
export class Names implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #addresses = new Map<string, readonly string[]>();
  #answered = 0;
  #isSilent = false;
  #unheard = 0;

  static async serve(address: string): Promise<Names> {
    const socket = createSocket('udp4');
    socket.bind(53, address);
    await once(socket, 'listening');
    return new Names(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (message, { port, address }) => {
      if (this.#isSilent) this.#unheard += 1;
      else socket.send(this.#answer(message), port, address);
    });
    socket.on('error', () => undefined);
  }

  /** The hosts behind a name, whether they are well or not: a name server does not know. */
  set(name: string, addresses: readonly string[]): void {
    this.#addresses.set(fullName(name), addresses);
  }

  /** Answers nothing until `speak`. */
  fallSilent(): void {
    this.#isSilent = true;
    this.#unheard = 0;
  }

  speak(): void {
    this.#isSilent = false;
  }

  /** Questions since it fell silent. */
  get unheard(): number {
    return this.#unheard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
  }

  #answer(message: Buffer): Buffer {
    const { id, flags = 0, questions = [] } = decode(message);
    const [question] = questions;
    const known = this.#addresses.get(question?.name.toLowerCase() ?? '');
    const answers = question?.type === 'A' ? this.#records(question.name, known ?? []) : [];
    const outcome = known === undefined ? noSuchName : 0;
    return encode({ type: 'response', id, flags: flags | AUTHORITATIVE_ANSWER | outcome, questions, answers });
  }

  #records(name: string, addresses: readonly string[]): Answer[] {
    const first = this.#answered++ % Math.max(1, addresses.length);
    const turned = [...addresses.slice(first), ...addresses.slice(0, first)];
    // Asked anew each time, as for the services of Kubernetes: what is gone shall not be kept.
    return turned.map((data) => ({ type: 'A', name, ttl: 0, data }));
  }
}
