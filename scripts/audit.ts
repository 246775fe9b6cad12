import { spawnSync } from 'node:child_process';
import { judgeAudit } from './support/advisories.ts';

/** `npm run audit`: asks the registry about vulnerabilities of what is shipped. Exits with 1 for those of high severity. */
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: new URL('..', import.meta.url),
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
  timeout: 120_000,
});
const { fatal, lines } = judgeAudit(stdout);
for (const line of lines) console.log(line);
process.exitCode = fatal ? 1 : 0;
