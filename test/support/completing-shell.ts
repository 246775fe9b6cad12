import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/filemill.js', import.meta.url));

/** Puts a `filemill` into the folder. @returns the environment of a shell that finds it there */
export async function withFilemill(folder: string, server: string): Promise<Record<string, string>> {
  const path = join(folder, 'filemill');
  await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(path, 0o755);
  return {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    FILEMILL_SERVER: server,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
  };
}
