import type { Command } from 'commander';

interface Verb {
  readonly summary: string;
  load(): Promise<Command>;
}

/** Listed by `filemill --help`. A command's module is loaded only when its name is on the command line. */
const verbs: Readonly<Record<string, Verb>> = {
  up: verb('start everything on this machine', async () => (await import('./commands/up.ts')).upCommand()),
  upload: verb('upload files and folders', async () => (await import('./commands/upload.ts')).uploadCommand()),
  get: verb('show files and their results', async () => (await import('./commands/get.ts')).getCommand()),
  download: verb('download the bytes of files', async () => (await import('./commands/download.ts')).downloadCommand()),
  text: verb('print the text of a document', async () => (await import('./commands/text.ts')).textCommand()),
  list: verb('list files, newest first', async () => (await import('./commands/list.ts')).listCommand()),
  watch: verb('show each change of files', async () => (await import('./commands/watch.ts')).watchCommand()),
  wait: verb('wait until files are analysed', async () => (await import('./commands/wait.ts')).waitCommand()),
  retry: verb('try FAILED files again', async () => (await import('./commands/retry.ts')).retryCommand()),
  delete: verb('delete files and their results', async () => (await import('./commands/delete.ts')).deleteCommand()),
  stats: verb('count files by state and show the workers', async () =>
    (await import('./commands/stats.ts')).statsCommand(),
  ),
  history: verb('show what happened by minute, hour or day', async () =>
    (await import('./commands/history.ts')).historyCommand(),
  ),
  token: verb('make, list and revoke tokens', async () => (await import('./commands/token.ts')).tokenCommand()),
  audit: verb('list who did what', async () => (await import('./commands/audit.ts')).auditCommand()),
  tenant: verb('list tenants and set their quotas', async () => (await import('./commands/tenant.ts')).tenantCommand()),
  retention: verb('tell and change how long files are kept', async () =>
    (await import('./commands/retention.ts')).retentionCommand(),
  ),
  webhook: verb('have what happens to files posted to a URL', async () =>
    (await import('./commands/webhook.ts')).webhookCommand(),
  ),
  bench: verb('measure how fast a server is', async () => (await import('./commands/bench.ts')).benchCommand()),
  migrate: verb("bring the database's schema up to date", async () =>
    (await import('./commands/migrate.ts')).migrateCommand(),
  ),
  doctor: verb('check that everything is in order', async () => (await import('./commands/doctor.ts')).doctorCommand()),
  completion: verb('print a script for shell completion', async () =>
    (await import('./commands/completion.ts')).completionCommand(),
  ),
};

/** Adds every command: in full if it is among `words`, otherwise with its name and summary only. */
export async function addVerbs(program: Command, words: readonly string[]): Promise<void> {
  const needsAll = words.includes('completion');
  for (const [name, { summary, load }] of Object.entries(verbs)) {
    if (needsAll || words.includes(name)) program.addCommand(inherit(program, (await load()).summary(summary)));
    else program.command(name).summary(summary).description(summary);
  }
}

function verb(summary: string, load: () => Promise<Command>): Verb {
  return { summary, load };
}

/** Passes the program's settings, such as `exitOverride`, on to a command and its subcommands. */
function inherit(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(command, child);
  return command;
}
