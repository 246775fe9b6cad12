import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDebianPackages } from '../../scripts/support/debian-packages.ts';
import { filemill } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';
import { untilStatus, uploadAndWait } from './clients.ts';
import { must, root, startInBackground } from './command.ts';
import { readmeQuery } from './documented.ts';
import { type Engine, labelled, removeLabelled } from './engine.ts';
import { assertHardened, hardeningCommand } from './hardening.ts';
import { services } from './images.ts';
import { connectedRoles, rolesOfServices } from './inspections.ts';
import type { Report } from './report.ts';

const everything = [...services, 'postgres', 'redis'] as const;

/** One project of compose.yaml, apart from a user's own. */
interface Project {
  readonly engine: Engine;
  readonly name: string;
  readonly server: string;
  readonly web: string;
  readonly env: Readonly<Record<string, string>>;
  /** `docker compose` or `podman-compose`, for this project. */
  readonly command: readonly string[];
}

/** Starts the whole system from compose.yaml, uses it and looks inside. */
export async function testCompose(report: Report, engine: Engine, resources: AsyncDisposableStack): Promise<void> {
  const project = await newProject(engine);
  report.heading(`compose.yaml (${project.command[0] === 'docker' ? 'docker compose' : project.command[0]})`);
  resources.defer(() => takeDown(project));
  const started = await report.check('starts', () => start(project, resources));
  if (!started) return;
  await report.check('a file through the published port', async () => {
    const [file] = await uploadAndWait(project.server, ['testdata/sample.txt']);
    return `${file?.filename} ${file?.status}`;
  });
  await report.check("the README's query, by psql in the postgres container", () => query(project));
  await report.check('health checks of the images', () => healthy(project));
  await report.check('non-root, read-only root, no capabilities', () => lookInside(project));
  await report.check('services connect to PostgreSQL as roles of their own', () => ownRoles(project));
  await report.check('logs are followed', () => followLogs(project));
  await report.check('compose.auth.yaml: callers need credentials', () => demandCredentials(project));
  await report.check('stops, and leaves nothing behind', () => stop(project));
}

async function newProject(engine: Engine): Promise<Project> {
  if (engine.program === 'podman') ensureDebianPackages(['podman-compose']);
  const program = engine.program === 'docker' ? ['docker', 'compose'] : ['podman-compose'];
  const name = `filemill-test-${process.pid}`;
  const [grpc, http] = [await freePort(), await freePort()];
  return {
    engine,
    name,
    server: `127.0.0.1:${grpc}`,
    web: `127.0.0.1:${http}`,
    env: { FILEMILL_GRPC_PORT: String(grpc), FILEMILL_HTTP_PORT: String(http) },
    command: [...program, '-p', name],
  };
}

async function start(project: Project, resources: AsyncDisposableStack): Promise<string> {
  const secrets = join(root, '.secrets');
  if (!existsSync(secrets)) resources.defer(() => rm(secrets, { recursive: true, force: true }));
  await must(['build/make-compose-secrets.sh']);
  await must([...project.command, 'up', '-d', '--no-build'], { env: project.env });
  return await untilStatus(`http://${project.web}/readyz`, 200);
}

/** Starts it anew, over what is there, and calls without and with the operator's token. */
async function demandCredentials(project: Project): Promise<string> {
  const files = ['--file', 'compose.yaml', '--file', 'compose.auth.yaml'];
  await must([...project.command, 'down', '--timeout', '30'], { env: project.env });
  await must([...project.command, ...files, 'up', '-d', '--no-build'], { env: project.env });
  await untilStatus(`http://${project.web}/readyz`, 200);
  await untilStatus(`http://${project.web}/api/v1/files`, 401);
  const stranger = await filemill(['list', '--json'], { server: project.server });
  assert.match(stranger.stderr, /credentials/i);
  const FILEMILL_TOKEN_FILE = join(root, '.secrets', 'admin-token');
  const operator = await filemill(['list', '--json'], { server: project.server, env: { FILEMILL_TOKEN_FILE } });
  assert.equal(operator.code, 0, operator.stderr);
  assert.equal(operator.lines().length, 1);
  return `401 for a stranger, a list for the operator`;
}

async function ownRoles(project: Project): Promise<string> {
  const [, roles = ''] = await psql(project, connectedRoles);
  assert.equal(roles, rolesOfServices);
  return roles;
}

async function psql(project: Project, sql: string): Promise<readonly string[]> {
  const command = ['psql', '--username=postgres', '--dbname=metadata_db', '--csv', '--command', sql];
  return (await inside(project, 'postgres', command)).trim().split('\n');
}

async function query(project: Project): Promise<string> {
  const rows = (await psql(project, readmeQuery())).slice(1);
  assert.equal(rows.length, 1);
  assert.match(rows[0] ?? '', /^sample\.txt,COMPLETED,text\/plain,277,[0-9a-f]{64}$/);
  return rows[0] ?? '';
}

/** Docker runs them by itself, podman with systemd's help: so they are run here. */
async function healthy(project: Project): Promise<string> {
  for (const service of everything) {
    const format = '{{json .Config.Healthcheck.Test}}';
    const container = await containerOf(project, service);
    const [kind, ...test] = JSON.parse(await must([project.engine.program, 'inspect', '--format', format, container]));
    // podman keeps a list of words as one, or leaves the kind out.
    const command = kind === 'CMD' ? test : ['sh', '-c', kind === 'CMD-SHELL' ? test.join(' ') : kind];
    await inside(project, service, command);
  }
  return `${everything.length} containers`;
}

async function lookInside(project: Project): Promise<string> {
  for (const service of everything) {
    const isDatabase = service === 'postgres' || service === 'redis';
    // podman adds a writable /tmp to a read-only root, Docker does not.
    const writable = service === 'postgres' || project.engine.program === 'podman' ? ['/tmp'] : [];
    const command = hardeningCommand(...(service === 'worker' ? ['/var/lib/filemill'] : []));
    const said = await inside(project, service, command);
    assertHardened(service, said, { user: isDatabase ? '999' : '10001', writable });
  }
  return `${everything.length} containers`;
}

async function followLogs(project: Project): Promise<string> {
  const { program } = project.engine;
  const container = await containerOf(project, 'worker');
  await using following = startInBackground([program, 'logs', '--follow', container]);
  await following.says(/"msg":"ready"/);
  await must([program, 'restart', '-t', '30', container]);
  await following.says(/"msg":"stopping"/);
  return 'worker';
}

async function stop(project: Project): Promise<string> {
  await must([...project.command, 'down', '--volumes', '--timeout', '30'], { env: project.env });
  for (const kind of ['container', 'volume'] as const)
    assert.deepEqual(await labelled(project.engine.program, kind, labelOf(project)), [], kind);
  return 'containers and volumes are gone';
}

async function takeDown({ engine, ...project }: Project): Promise<void> {
  await removeLabelled(engine.program, labelOf(project));
}

function labelOf({ name }: Pick<Project, 'name'>): string {
  return `com.docker.compose.project=${name}`;
}

async function inside(project: Project, service: string, command: readonly string[]): Promise<string> {
  return await must([project.engine.program, 'exec', await containerOf(project, service), ...command]);
}

async function containerOf(project: Project, service: string): Promise<string> {
  const labels = [labelOf(project), `com.docker.compose.service=${service}`];
  const [container] = await labelled(project.engine.program, 'container', ...labels);
  assert.ok(container, service);
  return container;
}
