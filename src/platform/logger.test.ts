import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a process of its own writes to stderr, as one line a record. */
async function logged(script: string): Promise<Record<string, unknown>[]> {
  const logger = new URL('./logger.ts', import.meta.url).href;
  const start = `import { createLogger } from '${logger}'; const log = createLogger('test', { level: 'info', format: 'json' });`;
  const ended = run(process.execPath, ['--input-type=module', '-e', `${start} ${script}`], { maxBuffer: 2 ** 24 });
  const { stderr } = await ended.catch((error: { stderr: string }) => error);
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('The log', () => {
  it('has time, level, service, process and message in every line', async () => {
    const [line] = await logged("log.info({ files: 1 }, 'done')");
    const { time, pid, ...rest } = line ?? {};
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(typeof pid, 'number');
    assert.deepEqual(rest, { level: 'info', service: 'test', files: 1, msg: 'done' });
  });

  const ends: [how: string, script: string][] = [
    ['ends', "log.info('last')"],
    ['exits at once', "log.info('last'); process.exit(1)"],
    ['throws', "log.info('last'); throw new Error('unexpected')"],
    [
      'is killed after a warning',
      "log.info('first'); log.warn('last'); process.kill(process.pid, 'SIGKILL'); for (;;);",
    ],
  ];
  for (const [how, script] of ends)
    it(`keeps the last line of a process that ${how}`, async () => {
      assert.equal((await logged(script)).at(-1)?.msg, 'last');
    });

  it('hides credentials in objects, and changes nothing else', async () => {
    const [line] = await logged(
      "log.info({ config: { databaseUrl: 'postgresql://u:p@h', port: 1 }, err: Object.assign(new Error('x'), { password: 'p' }) }, 'm')",
    );
    assert.deepEqual(line?.config, { databaseUrl: '[Redacted]', port: 1 });
    assert(!JSON.stringify(line).includes('"p"'));
  });

  it('keeps lines whole and in order when there are many', async () => {
    const lines = await logged("for (let n = 0; n < 20_000; n++) log.info({ n }, 'x'.repeat(100))");
    assert.deepEqual(
      lines.map(({ n }) => n),
      Array.from({ length: 20_000 }, (_, n) => n),
    );
  });
});
