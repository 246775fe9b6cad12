import { effect, signal } from '@preact/signals';
import type { Json } from '#contract/schemas.ts';
import { admission, needsCredentials } from './access.ts';
import { getServer } from './api.ts';

const usual = `${location.hostname}:50051`;
/** The default of the clients. */
const defaultServer = '127.0.0.1:50051';

/** The address of the public gRPC port, as the server reports it; the usual one until then. */
export const grpcAddress = signal(usual);

/** What started the server; unknown until it says so. */
export const startedBy = signal<Json<'Server'>['started_by'] | undefined>(undefined);

/** What users of this server type for `filemill`. */
const command = signal('npx filemill');

/** Asks once it may, since this changes only when the server restarts. */
export function askForServer(): void {
  effect(() => {
    if (admission.value !== 'admitted') return;
    getServer().then(
      ({ grpc_address: told, started_by: way, command: typed }) => {
        grpcAddress.value = told ?? usual;
        startedBy.value = way;
        command.value = typed;
      },
      () => undefined,
    );
  });
}

/** Makes a `filemill` command that reaches this server. */
export function filemillCommand(verb: string, rest = ''): string {
  const server = grpcAddress.value === defaultServer ? '' : `--server ${grpcAddress.value} `;
  return `${command.value} ${verb} ${server}${rest}`.trimEnd();
}

/** What `curl` and `grpcurl` need so that the server knows who calls; the variable is that of `filemill`. */
export function credentialsOption(): string {
  return needsCredentials.value ? `-H "Authorization: Bearer $FILEMILL_TOKEN" ` : '';
}
