import { DetailedError, type HttpRequest, type HttpResponse, Upload } from 'tus-js-client';
import { pageHeader } from '../access.ts';
import { Refusal, refusalOf, unreachable } from '../api.ts';
import { addressOf } from '../base.ts';
import type { RequestSize } from './request-size.ts';
import type { Sender, SenderOptions } from './sender.ts';

/** Sends a file over as many requests as it takes, each from the server's offset. */
export function tusSender({ file, path, key }: SenderOptions, size: RequestSize): Sender {
  const upload = new Upload(file, {
    endpoint: addressOf('uploads'),
    headers: { 'Idempotency-Key': key, ...pageHeader },
    metadata: { filename: file.name, filetype: file.type, ...(path !== file.name && { relativePath: path }) },
    // The caller decides on retries, and uploads do not outlive the page.
    retryDelays: null,
    storeFingerprintForResuming: false,
    onAfterResponse: keepWhatIsThere,
    onChunkComplete(bytes) {
      size.taken(bytes);
      upload.options.chunkSize = size.bytes;
    },
    onUploadUrlAvailable() {
      // The server does not know a prefix that a proxy strips; this page lies below it.
      upload.url = addressOf(`uploads/${upload.url?.split('/').at(-1)}`);
    },
  });
  const start = () => {
    upload.options.chunkSize = size.bytes;
    upload.start();
  };
  return {
    resumes: true,
    send(signal, onProgress) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      upload.options.onProgress = onProgress;
      upload.options.onSuccess = ({ lastResponse }) => resolve(lastResponse.getHeader('Filemill-File-Id') ?? '');
      upload.options.onError = (error) => {
        const refusal = inOurWords(error);
        if (refusal.reason === 'PROXY_LIMIT' && size.refused(Number(upload.options.chunkSize))) start();
        else reject(refusal);
      };
      const stop = () => {
        void upload.abort();
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
      start();
      return promise.finally(() => signal.removeEventListener('abort', stop));
    },
    forget() {
      // If this fails, the server expires the upload.
      if (upload.url !== null)
        Upload.terminate(upload.url, { retryDelays: null, headers: pageHeader }).catch(() => undefined);
    },
  };
}

/** The library starts over after any failed HEAD, even when the server is only busy or shutting down. */
function keepWhatIsThere(request: HttpRequest, response: HttpResponse): void {
  const status = response.getStatus();
  if (request.getMethod() !== 'HEAD' || status < 300 || status === 404 || status === 410) return;
  throw new Refusal({ ...unreachable(), detail: `The server answered ${status}.` });
}

function inOurWords(error: Error): Refusal {
  if (!(error instanceof DetailedError))
    return new Refusal({ detail: error.message, reason: 'UNKNOWN', action: 'Choose the file again.' });
  if (error.originalResponse !== null)
    return refusalOf(error.originalResponse.getStatus(), error.originalResponse.getBody());
  return error.causingError instanceof Refusal ? error.causingError : unreachable();
}
