import { readFile } from 'node:fs/promises';
import { licenceProblems } from './support/licences.ts';
import type { Lockfile } from './support/sbom.ts';

/** Exits with 1 and names every package whose licence is not on the list in scripts/support/licences.ts. */
const lockfile: Lockfile = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8'));
const problems = licenceProblems(lockfile);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(
    'These licences are not allowed: choose another package, or say in scripts/support/licences.ts why they are.',
  );
  process.exitCode = 1;
}
