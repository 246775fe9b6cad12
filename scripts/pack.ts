import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage } from './support/package/build.ts';

/**
 * `npm run pack [FOLDER]`: makes `filemill-VERSION.tgz`, which npm installs anywhere, and prints its path on stdout.
 * docs/adr/0035-the-package.md says what is in it and why.
 */
const root = join(import.meta.dirname, '..');
const [folder = join(root, 'dist-package')] = process.argv.slice(2);
const built = await buildPackage(root, join(folder, 'filemill'));
const pack = ['pack', built, '--pack-destination', folder, '--json', '--ignore-scripts', '--loglevel=error'];
const answer = JSON.parse(execFileSync('npm', pack, { encoding: 'utf8' })) as PackAnswer | readonly Packed[];
const [packed] = Array.isArray(answer) ? answer : Object.values(answer);
if (packed === undefined) throw new Error('npm pack made nothing.');
const tarball = join(folder, packed.filename);
console.error(
  `${packed.entryCount} files, ${kilobytes(packed.unpackedSize)}, packed ${kilobytes(statSync(tarball).size)}`,
);
console.log(tarball);

interface Packed {
  readonly filename: string;
  readonly entryCount: number;
  readonly unpackedSize: number;
}

/** By the name of the package, since npm 11.6. */
type PackAnswer = Readonly<Record<string, Packed>>;

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}
