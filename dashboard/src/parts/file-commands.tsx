import { signal } from '@preact/signals';
import { needsCredentials } from '../access.ts';
import { addressOf, base } from '../base.ts';
import { fileSnippets } from '../file-snippets.ts';
import { credentialsOption, filemillCommand, grpcAddress } from '../server.ts';
import { Command } from './command.tsx';
import { Tabs } from './tabs.tsx';

/** It holds for every file that is looked at. */
const chosen = signal('CLI');

/** Shows how to reach the same file from elsewhere. The id is a UUID, so nothing needs quoting. */
export function FileCommands({ id }: { readonly id: string }) {
  const url = base.href.replace(/\/$/, '');
  const texts: Readonly<Record<string, string>> = {
    CLI: filemillCommand('get', id),
    curl: `curl ${credentialsOption()}${addressOf(`api/v1/files/${id}/result`)}`,
    TypeScript: fileSnippets.TypeScript({ id, url }),
    Python: fileSnippets.Python({ id, url }),
    Go: fileSnippets.Go({ id, url }),
    grpcurl: grpcurl(id),
  };
  const name = chosen.value;
  return (
    <section aria-labelledby="commands">
      <h2 id="commands">Elsewhere</h2>
      <Tabs
        label="Elsewhere"
        names={Object.keys(texts)}
        chosen={name}
        onChoose={(tab) => {
          chosen.value = tab;
        }}
      >
        <Command key={name} text={texts[name] ?? ''} label={`Copy for ${name}`} />
        {needsCredentials.value && <p class="quiet">Put your token into the variable FILEMILL_TOKEN first.</p>}
      </Tabs>
    </section>
  );
}

function grpcurl(id: string): string {
  const definition = '-import-path proto -proto filemill/v1/metadata_service.proto';
  return `grpcurl ${definition} ${credentialsOption()}-plaintext -d '{"ids": ["${id}"]}' ${grpcAddress.value} filemill.v1.MetadataService/GetFiles`;
}
