import { Refusal } from '../api.ts';
import type { ChosenFile } from './dropped-files.ts';
import { putSender } from './put-sender.ts';
import { RequestSize } from './request-size.ts';
import { tusSender } from './tus-sender.ts';

/** One file's way to the server. */
export interface Sender {
  /** Whether what was sent counts after a break: only then is there a point in a pause. */
  readonly resumes: boolean;
  /**
   * One try; answers with the id of the file once it is kept.
   *
   * @param onProgress told how many bytes of the file were sent
   * @throws Refusal
   */
  send(signal: AbortSignal, onProgress: (sent: number) => void): Promise<string>;
  /** Nothing more will be sent, and what was is not wanted. */
  forget(): void;
}

export interface SenderOptions extends ChosenFile {
  /** The same for each try, so that a file that was kept after all is not kept twice. */
  readonly key: string;
}

/** Bytes that are soon sent again, against the two requests more that resuming takes. */
const resumedFrom = 8 * 1024 ** 2;

/** Learned from all that this page sends. */
const size = new RequestSize();

export function senderFor(options: SenderOptions): Sender {
  const { size: bytes } = options.file;
  return bytes < resumedFrom && size.mayTake(bytes) ? smallSender(options, bytes) : tusSender(options, size);
}

/** In one request, or in several once a proxy has refused that. */
function smallSender(options: SenderOptions, bytes: number): Sender {
  let sender = putSender(options);
  return {
    get resumes() {
      return sender.resumes;
    },
    async send(signal, onProgress) {
      try {
        return await sender.send(signal, onProgress);
      } catch (error) {
        if (sender.resumes || !(error instanceof Refusal) || error.reason !== 'PROXY_LIMIT') throw error;
        if (!size.refused(bytes)) throw error;
        sender = tusSender(options, size);
        return await sender.send(signal, onProgress);
      }
    },
    forget: () => sender.forget(),
  };
}

/** `crypto.randomUUID` is for https and localhost only. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
