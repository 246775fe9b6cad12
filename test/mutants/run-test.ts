import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Mutation } from './mutation.ts';

export type Outcome = 'passed' | 'failed' | 'hung' | 'not run';

const testTimeoutMs = 45_000;
/** For what a test leaves hanging after its own timeout. */
const runTimeoutMs = 75_000;

/** Runs one named test in `folder`, in a process group that is gone when this returns. */
export async function runTest(folder: string, { file, name }: Mutation['test']): Promise<Outcome> {
  const pattern = `${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
  const options = ['--test-reporter=tap', `--test-timeout=${testTimeoutMs}`, `--test-name-pattern=${pattern}`];
  const child = spawn(process.execPath, ['--test', ...options, file], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const timer = setTimeout(() => killGroup(child.pid), runTimeoutMs);
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    report += text;
  });
  await once(child, 'exit');
  clearTimeout(timer);
  killGroup(child.pid);
  return outcomeOf(report, name);
}

/**
 * Only the named test counts: a file that cannot be loaded proves nothing. A test that is run for several
 * implementations is red when it is red for one.
 */
function outcomeOf(report: string, name: string): Outcome {
  const lines = report.split('\n');
  const ended = (line: string) => /^\s*(not )?ok \d+ - /.test(line) && unescaped(line).includes(`- ${name}`);
  const red = lines.findIndex((line) => ended(line) && line.trimStart().startsWith('not ok'));
  const index = red === -1 ? lines.findIndex(ended) : red;
  if (index === -1)
    return lines.some((line) => line.startsWith('TAP')) && !/^# tests/m.test(report) ? 'hung' : 'not run';
  if (lines[index]?.trimStart().startsWith('ok')) return 'passed';
  const details = lines.slice(index, index + 12).join('\n');
  return /testTimeoutFailure|cancelledByParent/.test(details) ? 'hung' : 'failed';
}

/** TAP escapes `#` and `\`. */
function unescaped(line: string): string {
  return line.replace(/\\([#\\])/g, '$1');
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
