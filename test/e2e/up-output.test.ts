import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { testFolder } from '../support/start-services.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm start -- PATH` prints, in its order. */
const steps: readonly [step: string, pattern: RegExp][] = [
  ['services', /^✔ upload, metadata/],
  ['result', /^[0-9a-f-]{36} {2}/],
  ['sum', /^\d+ files acknowledged/],
  ['ready', /^Ready\./],
  ['stopping', /^Stopping/],
];

describe('npm start -- testdata prints in order', () => {
  const ways: Readonly<Record<string, (start: string) => string>> = {
    'to a file': (start) => `exec ${start} > "$0" 2>&1`,
    // Ctrl-C reaches all processes of a shell's command.
    'to a pipe': (start) => `${start} 2>&1 | (trap '' INT; exec cat > "$0")`,
  };
  for (const [way, commandOf] of Object.entries(ways))
    it(`with both streams ${way}`, async () => {
      await using folder = await testFolder();
      const printed = join(folder.path, 'printed');
      const start = `npm start -- --data-dir '${folder.path}/data' --grpc-port 0 --http-port 0 testdata`;
      const shell = spawn('sh', ['-c', commandOf(start), printed], { cwd: root, stdio: 'ignore', detached: true });
      const ended = once(shell, 'close');
      const text = () => readFile(printed, 'utf8').catch(() => '');
      const runs = () => shell.exitCode === null && shell.signalCode === null;
      while (runs() && !(await text()).includes('Ready.')) await delay(50);
      if (runs()) process.kill(-(shell.pid as number), 'SIGINT');
      await ended;
      const seen = (await text())
        .split('\n')
        .map((line) => steps.find(([, pattern]) => pattern.test(line))?.[0])
        .filter((step) => step !== undefined);
      assert.equal(seen.filter((step) => step === 'result').length, 16, await text());
      assert.deepEqual(
        seen.filter((step, index) => step !== seen[index - 1]),
        steps.map(([step]) => step),
        await text(),
      );
    });
});
