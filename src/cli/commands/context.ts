import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { connectionOf, inWords } from '../connection/connection.ts';
import { changeContexts, configFolder, contextPath, readContexts, writePrivately } from '../connection/context-file.ts';
import { tokenIn } from '../connection/token-file.ts';
import { CliError, exitCodes } from '../failure.ts';
import { formatOf, type GlobalOptions, serverAddress } from '../options.ts';
import { Terminal } from '../output/terminal.ts';
import { recordWriter } from '../output/writer.ts';

/** Names of servers, so that their address, token and certificates are given once. No server is asked. */
export function contextCommand(): Command {
  const command = new Command('context').description(
    'Keep the address, token and certificates of servers under names. Options win over the environment, and that over a context.',
  );
  command
    .command('add')
    .description(
      'Add a context, or replace the one of that name: its server, and what it needs. The first one is used.',
    )
    .argument('<name>', 'letters, digits, and . _ -')
    .argument('[server]', 'HOST:PORT of the gRPC port, or https://HOST:PORT for TLS', serverAddress)
    .option('--token-stdin', 'keep the token on stdin in a file that only you can read')
    .option('--tls-ca <file>', 'PEM file of the CAs to trust, in place of those of the system')
    .option('--tls-cert <file>', 'PEM file of the certificate to present')
    .option('--tls-key <file>', 'PEM file of its key')
    .option('--use', 'use it from now on')
    .action(run(add));
  command.command('use').description('Use a context from now on.').argument('<name>', 'a context').action(run(use));
  command.command('list').description('List contexts, and tell what is in use here and why.').action(run(list));
  command
    .command('remove')
    .description('Remove contexts, and the tokens that were kept with them.')
    .argument('<name...>', 'contexts')
    .action(run(remove));
  return command;
}

/** Gives a function the options of the program as well. */
function run<Args extends unknown[]>(work: (options: GlobalOptions & AddOptions, ...args: Args) => Promise<void>) {
  return (...given: [...Args, object, Command]) => {
    const command = given.at(-1) as Command;
    return work(command.optsWithGlobals(), ...(given.slice(0, -2) as Args));
  };
}

interface AddOptions {
  readonly tokenStdin?: true;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly use?: true;
}

async function add(options: GlobalOptions & AddOptions, name: string, given: string | undefined): Promise<void> {
  const { env, tlsCa, tlsCert, tlsKey } = options;
  const server = given ?? options.server;
  if (!/^[\w.-]+$/.test(name)) throw usage('The name of a context has letters, digits, and . _ - only.');
  if (server === undefined) throw usage('Where is the server?', `filemill context add ${name} HOST:PORT`);
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw usage('Give --tls-cert and --tls-key together.');
  const { current } = await readContexts(env);
  const paths = { token_file: await tokenFile(options, name), tls_ca: tlsCa, tls_cert: tlsCert, tls_key: tlsKey };
  const known = Object.entries(paths).flatMap(([key, path]) => (path === undefined ? [] : [[key, resolve(path)]]));
  const isUsed = options.use === true || current === undefined || current === name;
  await changeContexts(env, [
    [['contexts', name], { server, ...Object.fromEntries(known) }],
    ...(isUsed ? [[['current'], name] as const] : []),
  ]);
  const how = isUsed ? 'It is in use.' : `\`filemill context use ${name}\` uses it.`;
  new Terminal(options).note(`Context ${name} is ${server}. ${how}`);
}

async function tokenFile({ env, tokenStdin, tokenFile: path }: GlobalOptions & AddOptions, name: string) {
  if (tokenStdin === undefined) {
    if (path !== undefined) await tokenIn(path, '--token-file');
    return path;
  }
  const token = (await text(process.stdin)).trim();
  if (token === '') throw usage('There is no token on stdin.');
  await writePrivately(ownTokenFile(env, name), `${token}\n`);
  return ownTokenFile(env, name);
}

function ownTokenFile(env: NodeJS.ProcessEnv, name: string): string {
  return `${configFolder(env)}/tokens/${name}`;
}

async function use({ env, ...options }: GlobalOptions, name: string): Promise<void> {
  await refuseUnknown(env, [name]);
  await changeContexts(env, [[['current'], name]]);
  new Terminal(options).note(`Context ${name} is in use.`);
}

async function remove({ env, ...options }: GlobalOptions, names: readonly string[]): Promise<void> {
  await refuseUnknown(env, names);
  const { current, known } = await readContexts(env);
  const kept = names.filter((name) => known.get(name)?.token_file === ownTokenFile(env, name));
  await changeContexts(env, [
    ...names.map((name) => [['contexts', name], undefined] as const),
    ...(current !== undefined && names.includes(current) ? [[['current'], undefined] as const] : []),
  ]);
  for (const name of kept) await rm(ownTokenFile(env, name), { force: true });
  const gone = current !== undefined && names.includes(current) ? ' None is in use now.' : '';
  new Terminal(options).note(`Removed ${names.join(', ')}.${gone}`);
}

async function refuseUnknown(env: NodeJS.ProcessEnv, names: readonly string[]): Promise<void> {
  const { known } = await readContexts(env);
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  const action =
    known.size === 0 ? '`filemill context add` makes one.' : `Those that exist: ${[...known.keys()].join(', ')}.`;
  throw new CliError(exitCodes.notFound, `There is no context "${unknown}".`, action);
}

interface ContextLine {
  readonly name: string;
  readonly current: boolean;
  readonly server: string;
  readonly token_file: string | null;
  readonly tls_ca: string | null;
  readonly tls_cert: string | null;
}

async function list(options: GlobalOptions): Promise<void> {
  const terminal = new Terminal(options);
  const { current, known } = await readContexts(options.env);
  const writer = await recordWriter<ContextLine>(terminal, formatOf(options), {
    columns: [
      { title: '', width: 1, cell: (line) => (line.current ? '*' : '') },
      { title: 'NAME', width: 8, cell: ({ name }) => name },
      { title: 'SERVER', width: 24, least: 16, cell: ({ server }) => server },
      { title: 'TOKEN', width: 5, least: 12, optional: 1, cell: ({ token_file: path }) => path ?? '–' },
      { title: 'CA', width: 2, least: 12, optional: 2, cell: ({ tls_ca: path }) => path ?? '–' },
      { title: 'CERTIFICATE', width: 11, least: 12, optional: 3, cell: ({ tls_cert: path }) => path ?? '–' },
    ],
    quiet: ({ name }) => name,
  });
  for (const [name, { server, token_file = null, tls_ca = null, tls_cert = null }] of known)
    writer.write({ name, current: name === current, server, token_file, tls_ca, tls_cert });
  writer.end();
  if (known.size === 0) terminal.note(`There is no context yet in ${contextPath(options.env)}.`);
  terminal.note(`In use: ${inWords((await connectionOf(options)).told).join(', ')}.`);
}

function usage(message: string, action?: string): CliError {
  return new CliError(exitCodes.usage, message, action);
}
