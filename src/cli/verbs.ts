import type { Command } from 'commander';

/** The title of the commands about the command line itself. */
export const ofThisCommand = 'This command';

interface Verb {
  readonly summary: string;
  load(): Promise<Command>;
}

/**
 * The commands, in the groups and in the order of `filemill --help`. A command's module is loaded only when its name is on
 * the command line.
 */
const groups: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  'This machine': {
    up: verb('start everything on this machine', async () => (await import('./commands/up.ts')).upCommand()),
    status: verb('show what runs on this machine', async () => (await import('./commands/status.ts')).statusCommand()),
    down: verb('stop what runs on this machine', async () => (await import('./commands/down.ts')).downCommand()),
    logs: verb('show what it logs', async () => (await import('./commands/logs.ts')).logsCommand()),
    migrate: verb("bring the database's schema up to date", async () =>
      (await import('./commands/migrate.ts')).migrateCommand(),
    ),
    'migrate-data': verb('carry the data of an older PostgreSQL over', async () =>
      (await import('./commands/migrate-data.ts')).migrateDataCommand(),
    ),
    'migrate-store': verb('move the bytes of all files to another store', async () =>
      (await import('./commands/migrate-store.ts')).migrateStoreCommand(),
    ),
    doctor: verb('check that everything is in order', async () =>
      (await import('./commands/doctor.ts')).doctorCommand(),
    ),
    bench: verb('measure how fast a server is', async () => (await import('./commands/bench.ts')).benchCommand()),
  },
  Files: {
    upload: verb('upload files and folders', async () => (await import('./commands/upload.ts')).uploadCommand()),
    list: verb('list files, newest first', async () => (await import('./commands/list.ts')).listCommand()),
    get: verb('show files and their results', async () => (await import('./commands/get.ts')).getCommand()),
    watch: verb('show each change of files', async () => (await import('./commands/watch.ts')).watchCommand()),
    wait: verb('wait until files are analysed', async () => (await import('./commands/wait.ts')).waitCommand()),
    download: verb('download the bytes of files', async () =>
      (await import('./commands/download.ts')).downloadCommand(),
    ),
    text: verb('print the text of a document', async () => (await import('./commands/text.ts')).textCommand()),
    export: verb('export results as CSV or JSON lines', async () =>
      (await import('./commands/export.ts')).exportCommand(),
    ),
    retry: verb('try FAILED files again', async () => (await import('./commands/retry.ts')).retryCommand()),
    batch: verb('follow files that were uploaded together', async () =>
      (await import('./commands/batch.ts')).batchCommand(),
    ),
    pause: verb('hold files back', async () => (await import('./commands/hold.ts')).pauseCommand()),
    resume: verb('analyse PAUSED files after all', async () => (await import('./commands/hold.ts')).resumeCommand()),
    cancel: verb('end files that wait or are analysed', async () =>
      (await import('./commands/hold.ts')).cancelCommand(),
    ),
    delete: verb('delete files and their results', async () => (await import('./commands/delete.ts')).deleteCommand()),
  },
  'The system': {
    stats: verb('count files by state and show the workers', async () =>
      (await import('./commands/stats.ts')).statsCommand(),
    ),
    history: verb('show what happened by minute, hour or day', async () =>
      (await import('./commands/history.ts')).historyCommand(),
    ),
  },
  Administration: {
    token: verb('make, list and revoke tokens', async () => (await import('./commands/token.ts')).tokenCommand()),
    tenant: verb('list tenants and set their quotas', async () =>
      (await import('./commands/tenant.ts')).tenantCommand(),
    ),
    audit: verb('list who did what', async () => (await import('./commands/audit.ts')).auditCommand()),
    retention: verb('tell and change how long files are kept', async () =>
      (await import('./commands/retention.ts')).retentionCommand(),
    ),
    worker: verb('list workers, and take one out of service', async () =>
      (await import('./commands/worker.ts')).workerCommand(),
    ),
    webhook: verb('have what happens to files posted to a URL', async () =>
      (await import('./commands/webhook.ts')).webhookCommand(),
    ),
  },
  [ofThisCommand]: {
    context: verb('keep how servers are reached under names', async () =>
      (await import('./commands/context.ts')).contextCommand(),
    ),
    docs: verb('open the guide', async () => (await import('./commands/docs.ts')).docsCommand()),
    mcp: verb('serve files and results to AI assistants', async () => (await import('./commands/mcp.ts')).mcpCommand()),
    completion: verb('print a script for shell completion', async () =>
      (await import('./commands/completion.ts')).completionCommand(),
    ),
  },
};

/**
 * Adds every command: in full if it is among `words`, otherwise with its name and summary only.
 *
 * @param words all commands are added in full without them
 */
export async function addVerbs(program: Command, words?: readonly string[]): Promise<void> {
  for (const [title, verbs] of Object.entries(groups))
    for (const [name, { summary, load }] of Object.entries(verbs)) {
      const isNeeded = words === undefined || words.includes(name);
      const command = isNeeded ? inherit(program, await load()) : program.createCommand(name).description(summary);
      program.addCommand(command.summary(summary).helpGroup(`${title}:`));
    }
}

function verb(summary: string, load: () => Promise<Command>): Verb {
  return { summary, load };
}

/** Passes the program's settings, such as `exitOverride`, on to a command and its subcommands. */
function inherit(parent: Command, command: Command, path = 'filemill'): Command {
  const ownPath = `${path} ${command.name()}`;
  command.copyInheritedSettings(parent).showHelpAfterError(whereHelpIs(ownPath));
  for (const child of command.commands) inherit(command, child, ownPath);
  return command;
}

/** Said after a mistake. */
export function whereHelpIs(path: string): string {
  return `  → \`${path} --help\` shows examples and every option.`;
}
