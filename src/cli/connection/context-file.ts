import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '#platform/config.ts';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { CliError, exitCodes } from '../failure.ts';

const contextSchema = z.strictObject({
  server: z.string().min(1),
  /** The path of a file that holds the token. */
  token_file: z.string().optional(),
  /** Paths of PEM files. */
  tls_ca: z.string().optional(),
  tls_cert: z.string().optional(),
  tls_key: z.string().optional(),
});

/** How to reach one server. */
export type Context = z.infer<typeof contextSchema>;

const fileSchema = z.strictObject({
  /** The name of the context that is used when none is named. */
  current: z.string().nullish(),
  contexts: z.record(z.string(), contextSchema).nullish(),
});

export interface Contexts {
  readonly current: string | undefined;
  readonly known: ReadonlyMap<string, Context>;
}

/** `$XDG_CONFIG_HOME/filemill`, as the XDG Base Directory Specification has it. */
export function configFolder(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(env.HOME || homedir(), '.config');
  return join(base, 'filemill');
}

/** @throws ConfigError that names the file and what is wrong in it */
export async function readContexts(env: NodeJS.ProcessEnv): Promise<Contexts> {
  const path = contextPath(env);
  const text = await textOf(path);
  if (text === undefined) return { current: undefined, known: new Map() };
  const { parse } = await import('yaml');
  const { data, error } = fileSchema.safeParse(parsed(path, () => parse(text)) ?? {});
  if (error === undefined)
    return { current: data.current ?? undefined, known: new Map(Object.entries(data.contexts ?? {})) };
  const told = error.issues.map(({ path: keys, message }) => `${keys.join('.') || 'the top'}: ${message}`);
  throw new ConfigError(`${path}: ${told.join('; ')}`);
}

/** Changes values in the file by their paths, undefined to remove one; what else is in the file, comments too, stays. */
export async function changeContexts(
  env: NodeJS.ProcessEnv,
  changes: readonly (readonly [keys: readonly string[], value: unknown])[],
): Promise<void> {
  const path = contextPath(env);
  const { parseDocument } = await import('yaml');
  const document = parseDocument((await textOf(path)) ?? '');
  for (const [keys, value] of changes)
    if (value === undefined) document.deleteIn(keys);
    else document.setIn(keys, document.createNode(value));
  await writePrivately(path, String(document));
}

/** Writes a file that only this user can read; it is whole whenever it is read. */
export async function writePrivately(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const fresh = `${path}.${process.pid}.new`;
    await writeFile(fresh, text, { mode: 0o600 });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    throw new CliError(exitCodes.unexpected, `${path} cannot be written: ${problemOfPath(error)}.`);
  }
}

export function contextPath(env: NodeJS.ProcessEnv): string {
  return join(configFolder(env), 'config.yaml');
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ConfigError(`${path} cannot be read: ${problemOfPath(error)}`, { cause: error });
  }
}

function parsed(path: string, parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    throw new ConfigError(`${path} is not valid YAML: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}
