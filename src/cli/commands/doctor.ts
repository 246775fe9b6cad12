import { Command } from 'commander';
import { FilemillError } from '#domain/errors.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { lookUpIncompleteUploads } from '#sdk/stats-lookup.ts';
import { type Check, check } from '../check.ts';
import { checkVolume, listSmallFiles } from '../check-volume.ts';
import { inWords } from '../connection/connection.ts';
import { contact, firstAnswerMs } from '../contact.ts';
import { askSystem, checkDependencies, type SystemJson } from '../dependencies.ts';
import { type Advice, adviceFor } from '../doctor/advice.ts';
import { checkDataDir, checkThisMachine, runningPid } from '../doctor/machine.ts';
import { reportLines } from '../doctor/report.ts';
import { checkRoom, checkServices } from '../doctor/services.ts';
import { checkWorkers } from '../doctor/workers.ts';
import { CliError, type ExitCode, exitCodes } from '../failure.ts';
import { checkLinks } from '../links.ts';
import { incompleteText, printable } from '../output/printable.ts';
import { printRecord } from '../output/writer.ts';
import { redactedSettings } from '../redact.ts';
import { type Session, withSession } from '../session.ts';

const timeoutMs = 2_000;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check the server, its parts and this machine, and say how to fix what is wrong.')
    .option('--data-dir <dir>', 'data folder of `filemill up` on this machine', '.filemill')
    .option('--storage <dir>', 'also verify the checksum of every small file on this volume')
    .option('--segment <id>', 'list the small files in one segment of the volume instead')
    .action(withSession(doctor, { contact: false }));
}

interface DoctorOptions {
  readonly dataDir: string;
  readonly storage?: string;
  readonly segment?: string;
}

async function doctor(session: Session, { dataDir, storage, segment }: DoctorOptions): Promise<ExitCode> {
  const { terminal, format, told } = session;
  if (segment !== undefined) return await listSmallFiles(session, storage, segment);
  const dataFolder = await checkDataDir(dataDir);
  const server = await reachable(session, dataFolder && dataDir);
  const asked = server.ok ? await askServer(session, dataFolder && dataDir) : undefined;
  const checks = [
    ...checkThisMachine(process.env),
    ...(dataFolder ? [dataFolder] : []),
    ...(told ? [check('Connection', true, inWords(told).join(', '), null)] : []),
    server,
    ...(asked?.checks ?? []),
    ...(storage === undefined ? [] : await checkVolume(storage)),
  ];
  const settings = redactedSettings(process.env);
  await printRecord(terminal, format, { checks, connection: told, settings, ...asked?.system }, () => [
    ...reportLines(checks, terminal),
    ...Object.entries(settings).map(([name, value]) => `  ${name}=${printable(value)}`),
  ]);
  return checks.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.unavailable;
}

/** @param dataDir of `filemill up`, if it is on this machine */
async function reachable({ channel, server, signal }: Session, dataDir: string | undefined): Promise<Check> {
  try {
    await contact(channel, { signal, withinMs: firstAnswerMs });
    return check('Server', true, `${server} answers`, null);
  } catch (error) {
    if (!(error instanceof CliError || error instanceof FilemillError)) throw error;
    // What it depends on may keep it from answering.
    if ((await askSystem({ channel })).services.length > 0)
      return check('Server', true, `${server} answers late`, null);
    const pid = dataDir === undefined ? undefined : await runningPid(dataDir);
    const runs = `\`filemill up\` runs here: ${dataDir}/logs tells what it does. If its address is another, name it with --server.`;
    const action = pid === undefined ? (error.action ?? null) : runs;
    return check('Server', false, printable(error.message.replace(/\.$/, '')), action);
  }
}

/** @param dataDir of `filemill up`, if it is on this machine */
async function askServer(
  session: Session,
  dataDir: string | undefined,
): Promise<{ readonly system: SystemJson; readonly checks: readonly Check[] }> {
  const system = await askSystem(session);
  const at = performance.now();
  const { dependencies, services, volume } = system;
  const advice = adviceFor(services, dataDir);
  const checks = [
    ...checkServices(services, advice),
    await health(session, advice),
    ...checkDependencies(dependencies, advice.logsOf),
    checkLinks(session.server, dependencies),
    ...checkRoom(volume),
    ...(await incomplete(session)),
    ...(await checkWorkers(session, { system, at, advice, timeoutMs })),
  ];
  return { system, checks };
}

async function health({ channel }: Session, { logsOf }: Advice): Promise<Check> {
  const action = logsOf('upload');
  try {
    const { status } = await channel.client(Health).check({}, { timeoutMs });
    const serving = status === ServingStatus.SERVING;
    return check('Uploads', serving, serving ? 'the upload service and what it needs are ready' : 'not ready', action);
  } catch {
    return check('Uploads', false, 'unknown: the server does not answer', action);
  }
}

/** This check never fails, because the server evicts incomplete uploads when they take too much room. */
async function incomplete({ uploads }: Session): Promise<Check[]> {
  const held = await lookUpIncompleteUploads(uploads, { timeoutMs });
  return held === null ? [] : [check('Partial', true, incompleteText(held), null)];
}
