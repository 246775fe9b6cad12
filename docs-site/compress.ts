import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Writes gzip and brotli beside each text of a folder, so that serving them costs nothing. */
export async function compressTexts(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((name) => /\.(html|css|js|svg|json)$/.test(name))) {
    const bytes = await readFile(join(folder, name));
    await writeFile(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    await writeFile(join(folder, `${name}.br`), brotliCompressSync(bytes));
  }
}
