import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ConfigError } from './config-error.ts';
import { armFailpoints, failpoint, failpoints } from './failpoints.ts';

const module = JSON.stringify(import.meta.resolve('./failpoints.ts'));
const allowed = { FILEMILL_ALLOW_FAILPOINTS: '1' };

describe('failpoints', () => {
  it('do nothing, at once, while none is armed', () => {
    armFailpoints({});
    assert.equal(failpoint('upload.written'), undefined);
  });

  it('are refused unless they are explicitly allowed', () => {
    for (const FILEMILL_ALLOW_FAILPOINTS of [undefined, '', '0', 'true'])
      assert.throws(
        () => armFailpoints({ FILEMILL_FAILPOINTS: 'upload.written:kill', FILEMILL_ALLOW_FAILPOINTS }),
        (error) => error instanceof ConfigError && /FILEMILL_ALLOW_FAILPOINTS/.test(error.message),
      );
    assert.equal(failpoint('upload.written'), undefined);
  });

  it('name what cannot be read', () => {
    for (const list of [
      'nowhere:kill',
      'upload.written',
      'upload.written:maim',
      'upload.written:kill:0',
      'toString:kill',
    ])
      assert.throws(() => armFailpoints({ ...allowed, FILEMILL_FAILPOINTS: list }), /NAME:kill/);
  });

  it('are all in the table of docs/reliability.md, in their order', async () => {
    const page = await readFile(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
    const rows = Object.entries(failpoints).map(([name, place]) => `| \`${name}\` | ${place} |`);
    assert.ok(page.includes(rows.join('\n')), `the table should be:\n${rows.join('\n')}`);
  });

  it('are armed by the parent, too, where they are allowed', async () => {
    for (const [settings, answer] of [
      [allowed, 'killed'],
      [{}, 'alive'],
    ] as const) {
      const script = `
        import { armFailpoints, failpoint } from ${module};
        armFailpoints(process.env);
        process.on('message', () => setTimeout(async () => { await failpoint('upload.chunk'); process.exit(); }, 10));
        process.send('ready');`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        env: { ...process.env, ...settings },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      await once(child, 'message');
      child.send({ failpoints: 'upload.chunk:kill' });
      const [, signal] = await once(child, 'exit');
      assert.equal(signal === 'SIGKILL' ? 'killed' : 'alive', answer);
    }
  });

  it('kill at the pass that was named', async () => {
    const passes = "await failpoint('upload.chunk'); console.log('passed');";
    const { output, signal } = await runArmed('upload.chunk:kill:3', passes.repeat(4));
    assert.deepEqual([output, signal], ['passed\npassed\n', 'SIGKILL']);
  });

  it('fail at one pass only', async () => {
    const passes = "await failpoint('upload.chunk').then(() => console.log('passed'), (e) => console.log(e.message));";
    const { output } = await runArmed('upload.chunk:error:2,upload.staged:delay:1', passes.repeat(3));
    assert.equal(output, 'passed\nfailpoint upload.chunk\npassed\n');
  });

  it('reach the threads of the process', async () => {
    const inThread = `import(${module}).then(({ failpoint }) => failpoint('analysis.read'))`;
    const script = `
      const { Worker } = await import('node:worker_threads');
      new Worker(${JSON.stringify(inThread)}, { eval: true });
      setTimeout(() => undefined, 60_000);`;
    assert.equal((await runArmed('analysis.read:kill', script)).signal, 'SIGKILL');
  });

  it('stay out of threads when none is armed', async () => {
    const thread = new Worker(`import(${module}).then(({ failpoint }) => failpoint('analysis.read'))`, { eval: true });
    assert.deepEqual(await once(thread, 'exit'), [0]);
  });
});

async function runArmed(list: string, script: string): Promise<{ output: string; signal: NodeJS.Signals | null }> {
  const arm = `import { armFailpoints, failpoint } from ${module}; armFailpoints(process.env);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${arm} ${script}`], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...allowed, FILEMILL_FAILPOINTS: list },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { output, signal };
}
