import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, syncFolder, writeFully } from './objects/durable.ts';
import { fileMode, folderMode } from './objects/layout.ts';

/** The result of testing one capability of a volume. */
export interface Trial {
  readonly name: string;
  /**
   * `other`: missing, and replaced by another safe method. `missing`: files cannot be kept safely without it. `untried`: the
   * volume is full.
   */
  readonly verdict: 'ok' | 'other' | 'missing' | 'untried';
  /** A sentence for operators. */
  readonly detail: string;
}

interface Attempt {
  readonly name: string;
  /** What works. */
  readonly can: string;
  /** What does not work and why that matters, or what is done instead. */
  readonly cannot: string;
  readonly otherWay?: true;
  /** Tries it in a folder of its own. Throws, or returns what is wrong. */
  readonly run: (folder: string) => Promise<string | undefined>;
}

/**
 * Tests everything that keeping files needs, in a temporary folder on the volume.
 *
 * @param root an existing folder on the volume
 */
export async function tryVolume(root: string): Promise<readonly Trial[]> {
  const scratch = join(root, `${scratchPrefix}${randomUUID()}`);
  try {
    await removeStale(root).catch(() => undefined);
    const trials: Trial[] = [];
    for (const [n, attempt] of attempts.entries()) {
      const trial = await carryOut(attempt, join(scratch, String(n)));
      trials.push(trial);
      // All other tests need files.
      if (n === 0 && trial.verdict !== 'ok') break;
    }
    return trials;
  } finally {
    await rm(scratch, { recursive: true, force: true }).catch(() => undefined);
  }
}

const attempts: readonly Attempt[] = [
  {
    name: 'files',
    can: 'can be created, written and read',
    cannot: 'Files cannot be created, written and read there',
    run: async (folder) => {
      await using file = await open(join(folder, 'file'), 'wx+', fileMode);
      await writeFully(file, bytes('0123456789'), 0);
      return await differs(join(folder, 'file'), '0123456789');
    },
  },
  {
    name: 'names that are taken',
    can: 'are refused for a new file',
    cannot: 'A new file can take an existing name, so one file could overwrite another',
    run: async (folder) => {
      await writeFile(join(folder, 'file'), '');
      const second = await open(join(folder, 'file'), 'wx').catch(codeOf);
      if (second === 'EEXIST') return undefined;
      if (typeof second === 'object') await second.close();
      return `the answer was ${typeof second === 'object' ? 'yes' : second}`;
    },
  },
  {
    name: 'writes in place',
    can: 'reach the right position, and files can be truncated',
    cannot: 'Bytes within a file cannot be overwritten or truncated, which removed and incomplete content needs',
    run: async (folder) => {
      await using file = await open(join(folder, 'file'), 'wx+', fileMode);
      await writeFully(file, bytes('0123456789'), 0);
      await writeFully(file, bytes('ab'), 2);
      await file.truncate(5);
      await writeFully(file, bytes('z'), 8);
      return await differs(join(folder, 'file'), '01ab4\0\0\0z');
    },
  },
  {
    name: 'sync of files',
    can: 'is possible',
    cannot: 'Files cannot be synced, so a power cut could destroy acknowledged files',
    run: async (folder) => {
      await using file = await open(join(folder, 'file'), 'wx+', fileMode);
      await file.sync();
      await writeFully(file, bytes('more'), 0);
      await file.datasync();
      return undefined;
    },
  },
  {
    name: 'sync of folders',
    can: 'is possible',
    cannot: 'Folders cannot be synced, so a power cut could destroy the names of acknowledged files',
    run: async (folder) => {
      await writeFile(join(folder, 'file'), '');
      await syncFolder(folder);
      return undefined;
    },
  },
  {
    name: 'moves',
    can: 'between folders are atomic',
    cannot: 'Files cannot be moved atomically between folders, which every complete file needs',
    run: async (folder) => {
      for (const name of ['from', 'to']) await mkdir(join(folder, name), { mode: folderMode });
      await writeFile(join(folder, 'from', 'file'), 'content');
      await rename(join(folder, 'from', 'file'), join(folder, 'to', 'file'));
      if ((await readdir(join(folder, 'from'))).length > 0) return 'the old name stayed';
      return await differs(join(folder, 'to', 'file'), 'content');
    },
  },
  {
    name: 'replacing',
    can: 'a file by another works, even while it is being read',
    cannot: 'A file cannot replace another, which the notes of uploads need',
    run: async (folder) => {
      const [old, next] = [join(folder, 'old'), join(folder, 'new')];
      await writeFile(old, 'first');
      await writeFile(next, 'second');
      await rename(next, old);
      await using _reader = await open(old, 'r');
      await writeFile(next, 'third');
      await rename(next, old);
      return await differs(old, 'third');
    },
  },
  {
    name: 'names',
    can: 'are kept unchanged',
    cannot: 'Names are changed, so files would not be found again',
    run: async (folder) => {
      await writeFile(join(folder, longestName), '');
      const [found] = await readdir(folder);
      return found === longestName ? undefined : `${longestName} became ${found ?? 'nothing'}`;
    },
  },
  {
    name: 'clock',
    can: 'agrees with the clock of this machine',
    cannot:
      'The clocks of the volume and of this machine disagree, so files that are being received would look abandoned',
    run: async (folder) => {
      await writeFile(join(folder, 'file'), 'x');
      const minutes = Math.round(((await stat(join(folder, 'file'))).mtimeMs - Date.now()) / 60_000);
      if (Math.abs(minutes) < maxMinutesApart) return undefined;
      return `it is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'ahead' : 'behind'}; set both by NTP`;
    },
  },
  {
    name: 'hard links',
    can: 'give a file a second name',
    cannot: 'There are none: complete uploads of large files are moved instead',
    otherWay: true,
    run: async (folder) => {
      await writeFile(join(folder, 'file'), 'content');
      await link(join(folder, 'file'), join(folder, 'second'));
      return await differs(join(folder, 'second'), 'content');
    },
  },
  {
    name: 'free space',
    can: 'is reported',
    cannot: 'It is not reported: uploads are accepted until a write fails',
    otherWay: true,
    run: async (folder) => ((await roomOf(folder)) === undefined ? 'it has no size' : undefined),
  },
  {
    name: 'permissions',
    can: 'keep other users out',
    cannot: 'They do not keep other users out: any user who may enter the folder can read all files',
    otherWay: true,
    run: async (folder) => {
      await using file = await open(join(folder, 'file'), 'wx', fileMode);
      const mode = (await file.stat()).mode & 0o777;
      return (mode & 0o007) === 0 ? undefined : `the mode is ${mode.toString(8)}`;
    },
  },
];

/** Bytes of the file system, and bytes left for new files; undefined if it does not report its size. */
export async function roomOf(path: string): Promise<{ readonly total: number; readonly free: number } | undefined> {
  const { blocks, bavail, bsize, frsize } = await statfs(path);
  const unit = frsize || bsize;
  return blocks === 0 ? undefined : { total: blocks * unit, free: bavail * unit };
}

/** The longest name: the mark of a segment that is being closed. */
const longestName = '01900000-0000-7000-8000-00000000cafe.closing';

/** Far below the shortest time after which unused files are swept. */
const maxMinutesApart = 10;

const scratchPrefix = 'trial-';
const staleMs = 60 * 60 * 1_000;

async function carryOut({ name, can, cannot, otherWay, run }: Attempt, folder: string): Promise<Trial> {
  try {
    await mkdir(folder, { recursive: true, mode: folderMode });
    const wrong = await run(folder);
    if (wrong === undefined) return { name, verdict: 'ok', detail: can };
    return { name, verdict: otherWay ? 'other' : 'missing', detail: `${cannot} (${wrong})` };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      return { name, verdict: 'untried', detail: 'could not be tested: the volume is full' };
    return { name, verdict: otherWay ? 'other' : 'missing', detail: `${cannot} (${inWords(code) ?? String(error)})` };
  }
}

function inWords(code: string | undefined): string | undefined {
  switch (code) {
    case 'EROFS':
      return 'EROFS: it is mounted read-only';
    case 'EACCES':
      return `EACCES: user ${process.getuid?.()} may not write there`;
    default:
      return code;
  }
}

async function differs(path: string, expected: string): Promise<string | undefined> {
  const found = await readFile(path, 'latin1');
  return found === expected ? undefined : 'the bytes read differ from those written';
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Removes folders of processes that died during the tests. */
async function removeStale(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(scratchPrefix)) continue;
    const { mtimeMs } = await stat(join(root, name));
    if (mtimeMs < Date.now() - staleMs) await rm(join(root, name), { recursive: true, force: true });
  }
}
