import { readFile } from 'node:fs/promises';
import { type Lockfile, sbomOf } from './support/sbom.ts';

/** `npm run --silent sbom > filemill.cdx.json`: prints a CycloneDX document of all packages that are shipped. */
const lockfile: Lockfile = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8'));
process.stdout.write(`${JSON.stringify(sbomOf(lockfile), null, 2)}\n`);
