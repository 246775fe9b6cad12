import { InvalidArgumentError } from 'commander';
import { ConfigError, readSettings, readVariable, settingName } from '#platform/config.ts';
import { type HttpProxy, ProxyRules } from '#platform/rpc/proxy.ts';
import { Certificates, type ClientTls } from '#platform/tls/certificates.ts';
import { type TlsSettings, tlsSettings } from '#platform/tls/settings.ts';
import { CliError, exitCodes } from '../failure.ts';
import { defaultServer, type GlobalOptions, serverAddress } from '../options.ts';
import { printable } from '../output/printable.ts';
import { type Context, contextPath, readContexts } from './context-file.ts';
import { tokenIn } from './token-file.ts';

/** A setting, and what it comes from: an option, a variable, a context, or the default. */
interface Told {
  readonly value: string;
  readonly from: string;
}

/** How a command reaches its server. */
export interface Connection {
  readonly server: string;
  readonly proxy: HttpProxy | undefined;
  /** `Bearer TOKEN` */
  readonly authorization: string | undefined;
  readonly tls: ClientTls;
  /** For people, without secrets. */
  readonly told: Readonly<Record<'server' | 'token' | 'tls_ca' | 'tls_cert', Told | null>>;
}

/**
 * Options win over the environment, the environment over a context, and a context that an option names over both. A context
 * is for its own server: when something that wins names another one, nothing of the context is used, so that its token is
 * never sent elsewhere.
 *
 * @throws CliError, ConfigError
 */
export async function connectionOf(options: GlobalOptions): Promise<Connection> {
  const { env } = options;
  const chosen = await chosenContext(options);
  const server = serverOf(options, chosen);
  const context = chosen !== undefined && server.value === chosen.server ? chosen : undefined;
  const token = await tokenOf(options, context);
  const { tls, told } = tlsOf(env, context);
  const proxy = ProxyRules.ofClient(env).to(server.value);
  const authorization = token === null ? undefined : `Bearer ${token.value}`;
  return {
    server: server.value,
    proxy,
    authorization,
    tls,
    told: { server, token: token && { ...token, value: '***' }, ...told },
  };
}

/** A context in use, with its address checked. */
interface ChosenContext extends Context {
  readonly name: string;
  /** `context NAME` */
  readonly title: string;
  /** Whether it was named on the command line. */
  readonly byOption: boolean;
}

/** @throws CliError when there is no context of the name that was asked for */
async function chosenContext({ context: named, env }: GlobalOptions): Promise<ChosenContext | undefined> {
  const { current, known } = await readContexts(env);
  const name = named ?? (env.FILEMILL_CONTEXT || current);
  if (name === undefined) return undefined;
  const context = known.get(name);
  const title = `context ${name}`;
  if (context !== undefined)
    return {
      ...context,
      server: address(context.server, `The server of ${title}`),
      name,
      title,
      byOption: named !== undefined,
    };
  const names = [...known.keys()].join(', ');
  throw new CliError(
    exitCodes.usage,
    `There is no context "${name}" in ${contextPath(env)}.`,
    names === '' ? '`filemill context add` makes one.' : `Those that exist: ${names}.`,
  );
}

function serverOf({ server, env }: GlobalOptions, chosen: ChosenContext | undefined): Told {
  if (server !== undefined) return { value: server, from: '--server' };
  if (chosen?.byOption) return { value: chosen.server, from: chosen.title };
  const { FILEMILL_SERVER: named } = env;
  if (named) return { value: address(named, 'FILEMILL_SERVER'), from: 'FILEMILL_SERVER' };
  if (chosen !== undefined) return { value: chosen.server, from: chosen.title };
  return { value: env.FILEMILL_TLS_CA ? `https://${defaultServer}` : defaultServer, from: 'the default' };
}

function address(text: string, from: string): string {
  try {
    return serverAddress(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new CliError(exitCodes.usage, `${from} cannot be "${text}". ${error.message}`);
  }
}

async function tokenOf({ tokenFile, env }: GlobalOptions, context: ChosenContext | undefined): Promise<Told | null> {
  if (tokenFile !== undefined)
    return { value: await tokenIn(tokenFile, '--token-file'), from: `--token-file ${tokenFile}` };
  const inContext = async ({ token_file: path, title }: ChosenContext) =>
    path === undefined ? null : { value: await tokenIn(path, title), from: `${title}: ${path}` };
  if (context?.byOption && context.token_file !== undefined) return await inContext(context);
  const value = readVariable('FILEMILL_TOKEN', env)?.trim();
  if (value)
    return {
      value,
      from: env.FILEMILL_TOKEN_FILE ? `FILEMILL_TOKEN_FILE ${env.FILEMILL_TOKEN_FILE}` : 'FILEMILL_TOKEN',
    };
  return context === undefined ? null : await inContext(context);
}

interface Trust {
  readonly tls: ClientTls;
  readonly told: Pick<Connection['told'], 'tls_ca' | 'tls_cert'>;
}

/** The certificate and its key come from the same place. */
function tlsOf(env: NodeJS.ProcessEnv, context: ChosenContext | undefined): Trust {
  const own = readSettings(tlsSettings, env);
  const ofContext = { tlsCa: context?.tls_ca, tlsCert: context?.tls_cert, tlsKey: context?.tls_key };
  const byOption = context?.byOption === true;
  const caIsOwn = own.tlsCa !== undefined && !(byOption && ofContext.tlsCa !== undefined);
  const pairIsOwn = (own.tlsCert ?? own.tlsKey) !== undefined && !(byOption && ofContext.tlsCert !== undefined);
  const { tlsCert, tlsKey } = pairIsOwn ? own : ofContext;
  const settings = { ...own, tlsCa: caIsOwn ? own.tlsCa : ofContext.tlsCa, tlsCert, tlsKey };
  const from = (isOwn: boolean, setting: keyof TlsSettings) => (isOwn ? settingName(setting) : (context?.title ?? ''));
  const told = (value: string | undefined, source: string) => (value === undefined ? null : { value, from: source });
  return {
    tls: certificates(settings, context),
    told: {
      tls_ca: told(settings.tlsCa, from(caIsOwn, 'tlsCa')),
      tls_cert: told(settings.tlsCert, from(pairIsOwn, 'tlsCert')),
    },
  };
}

/** Messages name the settings by their variables; what a context says is called by its own name. */
function certificates(settings: TlsSettings, context: ChosenContext | undefined): Certificates {
  try {
    return new Certificates(settings);
  } catch (error) {
    if (!(error instanceof ConfigError) || context === undefined) throw error;
    const { message } = error;
    const [, key = ''] = /^FILEMILL_(TLS_\w+): /.exec(message) ?? [];
    const name = key.toLowerCase() as keyof Context;
    if (key === '' || context[name] === undefined || !message.includes(context[name])) throw error;
    throw new ConfigError(message.replace(`FILEMILL_${key}`, `${context.title}, ${name}`), { cause: error });
  }
}

const names = { server: 'server', token: 'token', tls_ca: 'CA', tls_cert: 'certificate' } as const;

/** What is in use and what it comes from: `server files:50051 from context prod`. */
export function inWords(told: Connection['told']): string[] {
  return Object.entries(names).flatMap(([key, name]) => {
    const setting = told[key as keyof typeof names];
    if (setting === null) return [];
    return [printable(`${name}${key === 'token' ? '' : ` ${setting.value}`} from ${setting.from}`)];
  });
}
