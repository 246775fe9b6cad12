import { addressOf } from '../base.ts';
import { Command } from './command.tsx';

/** The public gRPC port, unless it was told otherwise: the page cannot know it. */
const grpcAddress = `${location.hostname}:50051`;
const defaultServer = '127.0.0.1:50051';

/** The same elsewhere. Ids are UUIDs, or no file would be shown, so that nothing needs quoting. */
export function FileCommands({ id }: { readonly id: string }) {
  const server = grpcAddress === defaultServer ? '' : `--server ${grpcAddress} `;
  const definition = '-import-path proto -proto filemill/v1/metadata_service.proto';
  const call = `-plaintext -d '{"ids": ["${id}"]}' ${grpcAddress} filemill.v1.MetadataService/GetFiles`;
  return (
    <section aria-labelledby="commands">
      <h2 id="commands">Elsewhere</h2>
      <Command name="the command line" text={`npx filemill get ${server}${id}`} />
      <Command name="curl" text={`curl ${addressOf(`api/v1/files/${id}/result`)}`} />
      <Command name="grpcurl" text={`grpcurl ${definition} ${call}`} />
    </section>
  );
}
