import type { Reader } from '../content.ts';
import type { Surroundings, Trust } from '../trust.ts';

export function surroundings(): Surroundings {
  return { url: location.origin, token: undefined, caFile: undefined };
}

export async function openPath(path: string): Promise<Reader> {
  throw new TypeError(`a browser cannot open the path ${JSON.stringify(path)}: pass a File, a Blob, bytes or a stream`);
}

export function trustingFetch(_: Trust): typeof fetch {
  throw new TypeError('a browser decides itself which certificates it trusts: leave out caFile, certFile and keyFile');
}
