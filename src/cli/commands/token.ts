import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Command, InvalidArgumentError, Option } from 'commander';
import { tokenToJson } from '#contract/json.ts';
import type { TokenJson } from '#contract/schemas.ts';
import { type Scope, scopes } from '#domain/access.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { duration } from '../options.ts';
import { localTime } from '../output/local-time.ts';
import { plural, printable } from '../output/printable.ts';
import { printRecord, recordWriter } from '../output/writer.ts';
import { type Session, withSession } from '../session.ts';

export function tokenCommand(): Command {
  const command = new Command('token').description('Make, list and revoke the tokens by which callers are known.');
  command
    .command('create')
    .description('Make a token, and print it once: it cannot be found again.')
    .argument('<name>', 'what the token is for')
    .addOption(
      new Option('--scopes <list>', `some of ${scopes.join(',')}`).argParser(scopeList).default(['upload', 'read']),
    )
    .option('--tenant <name>', 'the tenant whose files the token sees', 'default')
    .option('--owner <name>', 'the person or team that answers for it', '')
    .option('--expires-in <duration>', 'how long it is valid, such as 90d; for ever unless given', duration)
    .action(withSession(create));
  command
    .command('list')
    .description('List tokens, without their secrets.')
    .option('--tenant <name>', 'only the tokens of this tenant', '')
    .option('--all', 'also those that were revoked or have expired')
    .action(withSession(list));
  command
    .command('revoke')
    .description('Revoke tokens: they are refused within seconds, for ever.')
    .argument('<id...>', 'the part between the underscores of a token')
    .action(withSession(revoke));
  command
    .command('mint')
    .description("Print a random token for the server's setting FILEMILL_ADMIN_TOKEN. No server is asked.")
    .action(() => void process.stdout.write(`${tokenText(mintToken())}\n`));
  return command;
}

interface CreateOptions {
  readonly scopes: readonly Scope[];
  readonly tenant: string;
  readonly owner: string;
  /** Milliseconds. */
  readonly expiresIn?: number;
}

async function create(session: Session, name: string, options: CreateOptions): Promise<ExitCode> {
  const { channel, terminal, format, signal } = session;
  const { tenant, owner, expiresIn } = options;
  const end = expiresIn === undefined ? {} : { expiresAt: timestampFromDate(new Date(Date.now() + expiresIn)) };
  const request = { name, tenant, owner, scopes: [...options.scopes], ...end };
  const { token, secret } = await channel.client(AccessService).createToken(request, { signal });
  const record = { ...(token && tokenToJson(token)), token: secret };
  await printRecord(terminal, format, record, () => [secret]);
  terminal.note(
    'Keep it now: it cannot be shown again. Clients read it from FILEMILL_TOKEN or the file FILEMILL_TOKEN_FILE.',
  );
  return exitCodes.ok;
}

async function list(session: Session, options: { readonly tenant: string; readonly all?: true }): Promise<ExitCode> {
  const { channel, terminal, format, signal } = session;
  const request = { tenant: options.tenant, withEnded: options.all === true };
  const { tokens } = await channel.client(AccessService).listTokens(request, { signal });
  const writer = await recordWriter<TokenJson>(terminal, format, {
    columns: [
      { title: 'ID', width: 12, cell: ({ id }) => id },
      { title: 'NAME', width: 20, cell: ({ name }) => printable(name) },
      { title: 'OWNER', width: 12, cell: ({ owner }) => printable(owner) },
      { title: 'TENANT', width: 12, cell: ({ tenant }) => tenant },
      { title: 'SCOPES', width: 24, cell: ({ scopes }) => scopes.join(',') },
      { title: 'EXPIRES', width: 10, cell: ({ expires_at }) => day(expires_at) },
      { title: 'LAST USED', width: 10, cell: ({ last_used_at }) => day(last_used_at) },
      ...(options.all ? [{ title: 'REVOKED', width: 10, cell: ({ revoked_at }: TokenJson) => day(revoked_at) }] : []),
    ],
    quiet: ({ id }) => id,
  });
  for (const token of tokens) writer.write(tokenToJson(token));
  writer.end();
  return exitCodes.ok;
}

async function revoke({ channel, terminal, signal }: Session, ids: readonly string[]): Promise<ExitCode> {
  const { revokedIds, missingIds } = await channel.client(AccessService).revokeTokens({ ids: [...ids] }, { signal });
  if (revokedIds.length > 0) terminal.note(`Revoked ${plural(revokedIds.length, 'token')}.`);
  if (missingIds.length === 0) return exitCodes.ok;
  throw new CliError(exitCodes.notFound, `No token has the id ${missingIds.map((id) => printable(id)).join(' or ')}.`);
}

function day(time: string | null): string {
  return time === null ? '–' : localTime(time).slice(0, 10);
}

function scopeList(text: string): readonly Scope[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !(scopes as readonly string[]).includes(word));
  if (unknown === undefined) return scopes.filter((scope) => words.includes(scope));
  throw new InvalidArgumentError(`"${unknown}" is no scope; expected some of ${scopes.join(',')}.`);
}
