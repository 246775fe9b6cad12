import { InvalidArgumentError } from 'commander';

export const defaultServer = '127.0.0.1:50051';

/** Of the resolvers that gRPC has; the first is taken where none is named. */
const networkTarget = /^(?:dns:(?:\/\/[^/]*\/)?|ipv[46]:)?(?:\[[0-9a-f:.]+(?:%[^\s\]]+)?\]|[^\s:/@[\]]+):(\d{1,5})$/i;

/** `HOST:PORT`, `unix:/PATH`, or a name with its resolver such as `dns:///HOST:PORT`; empty for the default. */
export function serverAddress(text: string): string {
  if (text === '') return defaultServer;
  if (/^unix(-abstract)?:./.test(text)) return text;
  const port = Number(networkTarget.exec(text)?.[1]);
  if (port >= 1 && port <= 65_535) return text;
  const example = `Expected HOST:PORT of the gRPC port, for example ${defaultServer}, or unix:/PATH.`;
  throw new InvalidArgumentError(/^https?:\/\//i.test(text) ? `${example} It is not a URL.` : example);
}
