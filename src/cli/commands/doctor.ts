import { Command } from 'commander';
import { statsToJson } from '#contract/json.ts';
import { FilemillError } from '#domain/errors.ts';
import { workSourceName } from '#domain/work-source.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import type { RpcChannel } from '#platform/rpc/client.ts';
import { lookUpIncompleteUploads } from '#sdk/stats-lookup.ts';
import { type Check, check } from '../check.ts';
import { checkClocks, checkDatabase } from '../check-database.ts';
import { checkVolume, listSmallFiles } from '../check-volume.ts';
import { contact, firstAnswerMs } from '../contact.ts';
import { askDependencies, checkDependencies } from '../dependencies.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { checkLinks } from '../links.ts';
import { incompleteText, plural, printable } from '../output/printable.ts';
import { printRecord } from '../output/writer.ts';
import { redactedSettings } from '../redact.ts';
import { type Session, withSession } from '../session.ts';

const probeTimeoutMs = 2_000;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check the server, its parts and this machine, and say how to fix what is wrong.')
    .option('--storage <dir>', 'also verify the checksum of every small file on this volume')
    .option('--segment <id>', 'list the small files in one segment of the volume instead')
    .action(withSession(doctor, { contact: false }));
}

interface DoctorOptions {
  readonly storage?: string;
  readonly segment?: string;
}

async function doctor(session: Session, { storage, segment }: DoctorOptions): Promise<ExitCode> {
  const { terminal, format } = session;
  if (segment !== undefined) return await listSmallFiles(session, storage, segment);
  const server = await reachable(session);
  const checks = [
    nodeVersion(),
    server,
    ...(server.ok ? await partsOf(session) : []),
    ...(storage === undefined ? [] : await checkVolume(storage)),
  ];
  const settings = redactedSettings(process.env);
  await printRecord(terminal, format, { checks, settings }, () => [
    ...checks.flatMap((check) => checkView(check, session)),
    ...Object.entries(settings).map(([name, value]) => `  ${name}=${printable(value)}`),
    ...(Object.keys(settings).length === 0 ? ['  no FILEMILL_* variable is set: the defaults apply'] : []),
  ]);
  return checks.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.unavailable;
}

function nodeVersion(): Check {
  const ok = Number(process.versions.node.split('.')[0]) >= 26;
  return check('Node', ok, process.version, 'Run `npm ci`, which installs Node 26.');
}

async function reachable({ channel, server, signal }: Session): Promise<Check> {
  try {
    await contact(channel, { signal, withinMs: firstAnswerMs });
    return check('Server', true, `${server} answers`, null);
  } catch (error) {
    if (!(error instanceof CliError || error instanceof FilemillError)) throw error;
    return check('Server', false, printable(error.message.replace(/\.$/, '')), error.action ?? null);
  }
}

async function partsOf(session: Session): Promise<Check[]> {
  const dependencies = await askDependencies(session);
  return [
    await health(session.channel),
    ...checkDependencies(dependencies),
    checkLinks(session.server, dependencies),
    ...(await incomplete(session)),
    ...(await workers(session)),
  ];
}

async function health(channel: RpcChannel): Promise<Check> {
  const action = 'See the log of `filemill up`, or /readyz of each service, for what is missing.';
  try {
    const { status } = await channel.client(Health).check({}, { timeoutMs: probeTimeoutMs });
    const serving = status === ServingStatus.SERVING;
    return check('Uploads', serving, serving ? 'the upload service and what it needs are ready' : 'not ready', action);
  } catch {
    return check('Uploads', false, 'unknown: the server does not answer', action);
  }
}

/** This check never fails, because the server evicts incomplete uploads when they take too much room. */
async function incomplete({ uploads }: Session): Promise<Check[]> {
  const held = await lookUpIncompleteUploads(uploads, { timeoutMs: probeTimeoutMs });
  return held === null ? [] : [check('Partial', true, incompleteText(held), null)];
}

async function workers({ files }: Session): Promise<Check[]> {
  try {
    let upload: Date | undefined;
    const onServerTime = (time: Date) => {
      upload = time;
    };
    const stats = statsToJson(await files.getStats({}, { timeoutMs: probeTimeoutMs, onServerTime }));
    const thisMachine = new Date();
    const alive = stats.workers.length;
    const pending = stats.statuses.PENDING?.files ?? 0;
    const sources = [...new Set(stats.workers.map(({ source }) => workSourceName(source)))].join(', ');
    return [
      checkDatabase(stats.database),
      ...(stats.database === null ? [] : [checkClocks({ thisMachine, upload, database: stats.database })]),
      check(
        'Workers',
        alive > 0,
        alive > 0
          ? `${plural(alive, 'worker')} alive (work from: ${printable(sources)})`
          : `none alive, ${plural(pending, 'file')} pending`,
        'Start one: `npm start`, or `node src/services/worker/main.ts`.',
      ),
    ];
  } catch (error) {
    const reason = error instanceof FilemillError ? error.message : String(error);
    return [check('Database', false, printable(reason), 'Check that the metadata service and PostgreSQL are running.')];
  }
}

function checkView({ name, ok, detail, action }: Check, { terminal }: Session): string[] {
  const well = action === null ? terminal.paint('green', '✔') : terminal.paint('yellow', '!');
  const sign = ok ? well : terminal.paint('red', '✖');
  return [`${sign} ${name.padEnd(12)}${detail}`, ...(action === null ? [] : [`    → ${action}`])];
}
