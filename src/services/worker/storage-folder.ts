import { access, constants } from 'node:fs/promises';
import { LocalTextStore } from '#adapters/volume/texts/local-text-store.ts';
import { sleep } from '#platform/abort.ts';
import { ConfigError } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';

const lookEveryMs = 250;

/** Waits until the upload service has created the folder. @throws ConfigError when it is unreadable after `forMs` */
export async function untilStorageReadable(
  folder: string,
  { signal, logger, forMs = 30_000 }: { signal: AbortSignal; logger: Logger; forMs?: number },
): Promise<void> {
  const giveUpAt = performance.now() + forMs;
  for (let told = false; !signal.aborted; told = true) {
    const problem = await access(folder, constants.R_OK | constants.X_OK).catch((error: Error) => error);
    if (problem === undefined) return;
    if (performance.now() > giveUpAt)
      throw new ConfigError(`FILEMILL_STORAGE_DIR: ${folder} cannot be read (${problem.message})`);
    if (!told) logger.warn({ folder, detail: problem.message }, 'waiting for the storage folder');
    await sleep(lookEveryMs, signal);
  }
}

/** @throws ConfigError when this worker may not write texts to the volume */
export async function requireTextsFolder(folder: string): Promise<void> {
  try {
    await new LocalTextStore(folder).prepare();
  } catch (cause) {
    throw new ConfigError(
      `FILEMILL_KEEP_TEXT: the worker cannot write to the folder "texts" of FILEMILL_STORAGE_DIR: ${(cause as Error).message}`,
      { cause },
    );
  }
}
