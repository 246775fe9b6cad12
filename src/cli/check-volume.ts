import { access, constants } from 'node:fs/promises';
import { checkSegments, listSegment, type SegmentCheck } from '#adapters/volume/segments/segment-scan.ts';
import { tryVolume } from '#adapters/volume/volume-trial.ts';
import { type Check, check } from './check.ts';
import { CliError, type ExitCode, exitCodes } from './failure.ts';
import { formatBytes, formatCount, plural } from './output/printable.ts';
import { recordWriter } from './output/writer.ts';
import type { Session } from './session.ts';

/** Checks what the volume can do, and what is on it. */
export async function checkVolume(root: string): Promise<Check[]> {
  await requireVolume(root);
  return [...(await checkAbilities(root)), ...(await checkContent(root))];
}

/** Runs the trial that upload runs when it starts. */
async function checkAbilities(root: string): Promise<Check[]> {
  const mayWrite = await access(root, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!mayWrite) return [check('Volume', true, 'not tried: this user may only read it', null)];
  const action = 'Choose another volume, or mount it differently: upload does not start on this one.';
  return (await tryVolume(root)).map(({ name, verdict, detail }) =>
    check('Volume', verdict !== 'missing', `${name}: ${detail}`, action),
  );
}

/** Reads all segments of the volume. Answers with one check for the intact ones, and one for each damaged one. */
async function checkContent(root: string): Promise<Check[]> {
  const total = { segments: 0, live: 0, dead: 0, bytes: 0 };
  const bad: Check[] = [];
  for await (const segment of checkSegments(root)) {
    total.segments += 1;
    total.live += segment.live;
    total.dead += segment.dead;
    total.bytes += segment.liveBytes;
    const problem = problemOf(segment);
    if (problem !== undefined)
      bad.push(check('Volume', false, `segment ${segment.segment}: ${problem}`, adviceFor(segment)));
  }
  const files = `${plural(total.live, 'small file')} (${formatBytes(total.bytes)}, ${formatCount(total.dead)} removed)`;
  return [check('Volume', true, `${files} in ${plural(total.segments, 'segment')}`, null), ...bad];
}

function problemOf({ broken, rest, open }: SegmentCheck): string | undefined {
  if (broken.length > 0)
    return `${plural(broken.length, 'file')} whose checksum does not match: ${broken.slice(0, 5).join(', ')}`;
  if (rest === 'damaged') return 'there are bytes between records that belong to none';
  return rest === 'torn' && !open ? 'its end is incomplete' : undefined;
}

function adviceFor({ segment, broken, rest }: SegmentCheck): string {
  if (broken.length === 0 && rest === 'torn')
    return 'The next start of upload removes the incomplete end, which was never acknowledged.';
  return `Restore segments/${segment.slice(0, 6)}/${segment} from a backup, or delete these files and upload them again.`;
}

interface SmallFile {
  readonly id: string;
  readonly storage_key: string;
  readonly size: number;
  readonly state: 'live' | 'removed' | 'broken';
}

/** Lists the files of a segment in the order in which they were written. */
export async function listSmallFiles(
  { terminal, format }: Session,
  root: string | undefined,
  segment: string,
): Promise<ExitCode> {
  if (root === undefined) throw new CliError(exitCodes.usage, '--segment needs --storage, the folder of the volume.');
  await requireVolume(root);
  const blobs = await listSegment(root, segment);
  const writer = await recordWriter<SmallFile>(terminal, format, {
    columns: [
      { title: 'ID', width: 36, cell: ({ id }) => id },
      { title: 'SIZE', width: 10, align: 'right', cell: ({ size }) => formatBytes(size) },
      { title: 'STATE', cell: ({ state }) => state },
    ],
    quiet: ({ id }) => id,
  });
  for (const { id, storageKey, length, dead, intact } of blobs)
    writer.write({ id, storage_key: storageKey, size: length, state: dead ? 'removed' : intact ? 'live' : 'broken' });
  writer.end();
  if (blobs.length > 0) return exitCodes.ok;
  terminal.complain(`The volume has no segment ${segment}, or it is empty.`);
  return exitCodes.notFound;
}

async function requireVolume(root: string): Promise<void> {
  await access(root).catch((error: Error) => {
    throw new CliError(exitCodes.usage, `${root} cannot be read: ${error.message}`);
  });
}
