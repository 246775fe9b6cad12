import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { removeLater } from './system.ts';

/** A file of English text, of so many bytes: a multiple of a MiB. */
export async function textFile(bytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'filemill-bench-'));
  removeLater(folder);
  const path = join(folder, 'text.txt');
  const line = 'The quick brown fox jumps over the lazy dog, 1234567890 times a day.\n';
  const piece = Buffer.from(line.repeat(Math.ceil(2 ** 20 / line.length))).subarray(0, 2 ** 20);
  const file = createWriteStream(path);
  for (let written = 0; written < bytes; written += piece.length)
    if (!file.write(piece)) await new Promise((resolve) => file.once('drain', resolve));
  file.end();
  await finished(file);
  return path;
}
