import { signal } from '@preact/signals';
import { getServer } from './api.ts';

const usual = `${location.hostname}:50051`;
/** What clients assume when nobody tells them. */
const defaultServer = '127.0.0.1:50051';

/** Of the public gRPC port: what the server says, or its usual place while it says nothing. */
export const grpcAddress = signal(usual);

/** Asked once: it changes with a restart of the server only. */
export function askForServer(): void {
  getServer().then(
    ({ grpc_address: told }) => {
      grpcAddress.value = told ?? usual;
    },
    () => undefined,
  );
}

/** A command of `filemill` that reaches this server. */
export function filemillCommand(verb: string, rest: string): string {
  const server = grpcAddress.value === defaultServer ? '' : `--server ${grpcAddress.value} `;
  return `npx filemill ${verb} ${server}${rest}`;
}
