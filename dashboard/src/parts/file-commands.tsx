import { addressOf } from '../base.ts';
import { credentialsOption, filemillCommand, grpcAddress } from '../server.ts';
import { Command } from './command.tsx';

/** Shows commands for the same file. The id is a UUID, so nothing needs quoting. */
export function FileCommands({ id }: { readonly id: string }) {
  const definition = '-import-path proto -proto filemill/v1/metadata_service.proto';
  const call = `${credentialsOption()}-plaintext -d '{"ids": ["${id}"]}' ${grpcAddress.value} filemill.v1.MetadataService/GetFiles`;
  return (
    <section aria-labelledby="commands">
      <h2 id="commands">Elsewhere</h2>
      <Command name="the command line" text={filemillCommand('get', id)} />
      <Command name="curl" text={`curl ${credentialsOption()}${addressOf(`api/v1/files/${id}/result`)}`} />
      <Command name="grpcurl" text={`grpcurl ${definition} ${call}`} />
    </section>
  );
}
