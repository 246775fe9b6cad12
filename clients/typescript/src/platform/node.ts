import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import type { Reader } from '../content.ts';
import type { Surroundings, Trust } from '../trust.ts';

export function surroundings(): Surroundings {
  const { FILEMILL_URL: url = 'http://127.0.0.1:8080', FILEMILL_TOKEN: token, FILEMILL_TLS_CA: caFile } = process.env;
  return { url, token, caFile };
}

export async function openPath(path: string): Promise<Reader> {
  const file = await open(path);
  const { size } = await file.stat();
  let offset = 0;
  return {
    name: basename(path),
    size,
    async read(bytes) {
      const piece = new Uint8Array(Math.min(bytes, Math.max(0, size - offset)));
      let filled = 0;
      while (filled < piece.length) {
        const { bytesRead } = await file.read(piece, filled, piece.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      offset += filled;
      return piece.subarray(0, filled);
    },
    rewind() {
      offset = 0;
    },
    close: () => file.close(),
  };
}

/** The fetch of Node knows no other CAs than those of the whole process. */
export function trustingFetch({ caFile, certFile, keyFile }: Trust): typeof fetch {
  const agent = new Agent({
    keepAlive: true,
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    ...(certFile !== undefined && { cert: readFileSync(certFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
  });
  return (url, { method = 'GET', headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        String(url),
        { method, agent, headers: headers as Record<string, string>, ...(signal && { signal }) },
        (incoming) => {
          const { statusCode: status = 0, headers: told } = incoming;
          const hasBody = method !== 'HEAD' && ![204, 205, 304].includes(status);
          const stream = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null;
          if (!hasBody) incoming.resume();
          resolve(
            new Response(stream, {
              status,
              headers: Object.entries(told).map(([name, value]) => [name, String(value)]),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body as Uint8Array | undefined);
    });
}
