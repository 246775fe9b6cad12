import { signal } from '@preact/signals';
import { getServer } from './api.ts';

const usual = `${location.hostname}:50051`;
/** The default of the clients. */
const defaultServer = '127.0.0.1:50051';

/** The address of the public gRPC port, as the server reports it; the usual one until then. */
export const grpcAddress = signal(usual);

/** Asks once, since the address changes only when the server restarts. */
export function askForServer(): void {
  getServer().then(
    ({ grpc_address: told }) => {
      grpcAddress.value = told ?? usual;
    },
    () => undefined,
  );
}

/** Makes a `filemill` command that reaches this server. */
export function filemillCommand(verb: string, rest: string): string {
  const server = grpcAddress.value === defaultServer ? '' : `--server ${grpcAddress.value} `;
  return `npx filemill ${verb} ${server}${rest}`;
}
