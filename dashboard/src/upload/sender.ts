import { Refusal } from '../api.ts';
import type { ChosenFile } from './dropped-files.ts';
import { putSender } from './put-sender.ts';
import { RequestSize } from './request-size.ts';
import { tusSender } from './tus-sender.ts';

/** Sends one file to the server. */
export interface Sender {
  /** Whether the upload can be resumed, and so paused. */
  readonly resumes: boolean;
  /**
   * Makes one attempt; answers with the id of the stored file.
   *
   * @param onProgress receives the number of bytes sent
   * @throws Refusal
   */
  send(signal: AbortSignal, onProgress: (sent: number) => void): Promise<string>;
  /** Discards a partial upload that will not be continued. */
  forget(): void;
}

export interface SenderOptions extends ChosenFile {
  /** All attempts share it, so that a lost answer does not make a second file. */
  readonly key: string;
}

/** Sending fewer bytes again is cheaper than the two extra requests of a resumable upload. */
const resumedFrom = 8 * 1024 ** 2;

/** Adapts to all requests of this page. */
export const requestSize = new RequestSize();

export function senderFor(options: SenderOptions): Sender {
  const { size: bytes } = options.file;
  return bytes < resumedFrom && requestSize.mayTake(bytes)
    ? smallSender(options, bytes)
    : tusSender(options, requestSize);
}

/** Sends the file in one request, or in several once a proxy has refused one. */
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
        if (!requestSize.refused(bytes)) throw error;
        sender = tusSender(options, requestSize);
        return await sender.send(signal, onProgress);
      }
    },
    forget: () => sender.forget(),
  };
}

/** `crypto.randomUUID` exists only on https and localhost. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
