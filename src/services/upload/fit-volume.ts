import { mkdir } from 'node:fs/promises';
import { tryVolume } from '#adapters/volume/volume-trial.ts';
import { ConfigError } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';

/**
 * Tests whether the volume can keep files safely, and warns of features that it lacks and Filemill works around. A
 * full volume is accepted, as files can be deleted from it.
 *
 * @throws ConfigError that says what is missing
 */
export async function requireFitVolume(root: string, logger: Logger): Promise<void> {
  await mkdir(root, { recursive: true }).catch((cause: Error) => {
    throw new ConfigError(`FILEMILL_STORAGE_DIR: the folder cannot be made: ${cause.message}`, { cause });
  });
  const trials = await tryVolume(root);
  const missing = trials.filter(({ verdict }) => verdict === 'missing');
  if (missing.length > 0)
    throw new ConfigError(
      `FILEMILL_STORAGE_DIR: no file could be kept safely on this volume. ${missing.map(({ detail }) => `${detail}.`).join(' ')} Choose another volume or mount it otherwise; \`filemill doctor --storage DIR\` tries it again.`,
    );
  for (const { name, verdict, detail } of trials) if (verdict !== 'ok') logger.warn(`the volume, ${name}: ${detail}`);
}
