import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';

/** What grpc-js says of a call that met no server, and what that means for people. */
const meanings: readonly [pattern: RegExp, meaning: string | ((...match: string[]) => string)][] = [
  // It wraps the reason of a failed connection in words about its load balancing.
  [/^.*Last error: (?:Error: )?(?!.*Last error: )(.*?)\.? Resolution note: .*$/s, '$1'],
  // A connection that fails as one before did is told without a reason.
  [/^null$/, 'no connection can be made'],
  [/^(?:connect|read|write) (E[A-Z0-9]+)\b.*$/s, (_, code = '') => errnoWords(code)],
  [/^Failed to connect \(.*$/s, 'the connection was closed at once'],
  [/^Deadline exceeded after (\d+(?:\.\d)?)\d*s.*$/s, 'no answer within $1 s'],
  [/^Name resolution failed for target .*$/s, 'the name is not known'],
  [/^Failed to parse .*$/s, 'the address is malformed'],
  [/^Protocol error.*$/s, 'what answers there does not speak gRPC: it may be an HTTP port'],
];

/** Names no host and no path: a service passes it on to its own clients. */
export function plainWords(details: string): string {
  return meanings.reduce((text, [pattern, meaning]) => text.replace(pattern, meaning as string), details);
}

/** Whether the address leads nowhere, so that no waiting helps. */
export function isMisdirected(details: string): boolean {
  return /^Name resolution failed|^Failed to parse |Last error: (?:Error: )?Protocol error/.test(details);
}

/** `connection refused` for ECONNREFUSED, in the words of the operating system. */
function errnoWords(code: string): string {
  const number = (constants.errno as Readonly<Record<string, number>>)[code];
  return number === undefined ? code : getSystemErrorMessage(-number);
}
