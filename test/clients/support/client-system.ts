import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { mintToken, tokenText } from '#domain/token.ts';
import { makeAuthority, writePair, writePem } from '../../support/certificates.ts';
import { httpServices, startCluster } from '../../support/cluster.ts';
import { freePort } from '../../support/free-port.ts';
import { startService } from '../../support/start-services.ts';
import { CuttingProxy } from './cutting-proxy.ts';

export const root = join(import.meta.dirname, '..', '..', '..');

/** A running Filemill that demands tokens, and ways to it for the tests of a client. */
export interface ClientSystem extends AsyncDisposable {
  readonly base: string;
  readonly token: string;
  /** Where all that is, for the tests of a client. */
  readonly env: Readonly<Record<string, string>>;
  /** How many connections were cut in the midst of something. */
  cuts(): number;
}

export async function startClientSystem(settings: Readonly<Record<string, string>> = {}): Promise<ClientSystem> {
  await using opening = new AsyncDisposableStack();
  const token = tokenText(mintToken());
  const cluster = opening.use(
    await startCluster({
      services: [...httpServices, 'worker'],
      settings: {
        FILEMILL_AUTH: 'required',
        FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
        FILEMILL_ADMIN_TOKEN: token,
        FILEMILL_SERVICE_TOKEN: 'of-the-services-of-these-tests',
        ...settings,
      },
    }),
  );
  const authority = await makeAuthority('The CA of a test');
  const pair = await writePair(cluster.folder, 'web', await authority.issue());
  const tlsPort = await freePort();
  opening.use(
    await startService('web', {
      ...cluster.env,
      FILEMILL_HTTP_LISTEN: `127.0.0.1:${tlsPort}`,
      FILEMILL_TLS_CERT: pair.cert,
      FILEMILL_TLS_KEY: pair.key,
    }),
  );
  const cutting = opening.use(await CuttingProxy.start(Number(new URL(cluster.base).port)));
  const resources = opening.move();
  return {
    base: cluster.base,
    token,
    env: {
      FILEMILL_URL: cluster.base,
      FILEMILL_TOKEN: token,
      FILEMILL_TEST_CUTTING_URL: cutting.url,
      FILEMILL_TEST_TLS_URL: `https://127.0.0.1:${tlsPort}`,
      FILEMILL_TEST_CA: await writePem(join(cluster.folder, 'ca.pem'), authority.cert),
    },
    cuts: () => cutting.cuts,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Runs a program to its end. @returns what it printed, if it printed something there and not here */
export async function run(
  command: string,
  args: readonly string[],
  {
    env = {},
    cwd = root,
    isQuiet = false,
  }: { env?: Readonly<Record<string, string>>; cwd?: string; isQuiet?: boolean },
): Promise<string> {
  // The variables of a test runner would make a runner below it report in its own way.
  const { NODE_TEST_CONTEXT: _, ...own } = process.env;
  const child = spawn(command, args, {
    cwd,
    env: { ...own, ...env },
    stdio: ['ignore', isQuiet ? 'pipe' : 2, 'inherit'],
  });
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${printed}`);
  return printed;
}
