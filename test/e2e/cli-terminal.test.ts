import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { displayWidth } from '#cli/output/display-width.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { drawnLines, esc, onTerminal } from '../support/pseudo-terminal.ts';
import { testFolder } from '../support/start-services.ts';

const longName = '二〇二六年度第一四半期の営業報告書（最終版・改訂第三版）.txt';
const colour = new RegExp(`${esc}\\[3\\dm`);

describe('the command line on a terminal', () => {
  const resources = new AsyncDisposableStack();
  let system: Cluster;
  let folder: string;

  before(async () => {
    system = resources.use(await startCluster({ services: workingServices, settings: { FILEMILL_MAX_ATTEMPTS: '1' } }));
    folder = resources.use(await testFolder()).path;
    await mkdir(join(folder, 'files'));
    for (let n = 0; n < 40; n++) await writeFile(join(folder, 'files', `${n}-${longName}`), `number ${n}`);
    await writeFile(join(folder, 'files', 'large.bin'), Buffer.alloc(200 * 2 ** 20));
    await writeFile(join(folder, 'files', 'broken.pdf'), '%PDF-1.7 ends here');
  });
  after(() => resources.disposeAsync());

  const see = (line: string, columns: number, env = {}) =>
    onTerminal(line, { columns, env: { FILEMILL_SERVER: system.target('upload'), HOME: folder, ...env } });

  for (const columns of [60, 120]) {
    it(`of ${columns} columns draws how far an upload is, and its results, within its width`, async () => {
      const drawn = drawnLines(await see(`filemill upload ${join(folder, 'files')} --wait`, columns));
      for (const line of drawn) assert.ok(displayWidth(line) <= columns, `${displayWidth(line)}: ${line}`);
      assert.ok(
        drawn.some((line) => /^[█░]{12} {2}\d+ % {2}\d+\/42 files /.test(line)),
        drawn.join('\n'),
      );
      assert.ok(drawn.some((line) => /^[0-9a-f-]{36} {2}\d+-二.*…/.test(line)));
      assert.ok(drawn.some((line) => /^42 files acknowledged \(200 MiB, .*\), 42 completed\.$/.test(line)));
    });

    it(`of ${columns} columns has room for every help`, async () => {
      for (const command of ['', 'upload', 'list', 'tenant set', 'webhook create'])
        for (const line of drawnLines(await see(`filemill ${command} --help`, columns)))
          assert.ok(displayWidth(line) <= Math.min(80, columns) || line.startsWith('  filemill '), line);
    });
  }

  it('shows a list that is redrawn until Ctrl-C, on a screen of its own', async () => {
    const received = await see('timeout -s INT 10 filemill.js list --watch --limit 3', 80).catch(
      (error: { stdout: string }) => error.stdout,
    );
    const [before, ...screens] = received.split(`${esc}[H${esc}[2J`);
    assert.ok(before?.includes(`${esc}[?1049h`) && screens.length > 0, received);
    for (const screen of screens)
      assert.equal(drawnLines(screen).filter((line) => /^[0-9a-f-]{36} /.test(line)).length, 3);
    assert.ok(screens.at(-1)?.includes(`${esc}[?1049l`), received);
  });

  it('has colours only where they help and are wanted', async () => {
    const missing = 'filemill doctor';
    assert.match(await see(missing, 100), colour);
    for (const [line, env] of [
      [missing, { NO_COLOR: '1' }],
      [missing, { TERM: 'dumb' }],
      [`${missing} --no-color`, {}],
      [`${missing} | cat`, {}],
    ] as const)
      assert.doesNotMatch(await see(line, 100, env), colour, `${line} ${JSON.stringify(env)}`);
    assert.ok(!(await see('filemill upload /etc/hostname', 80, { TERM: 'dumb' })).includes(esc));
  });

  it('ends quietly when its reader has read enough', async () => {
    for (const command of ['list --limit 1000', 'export --format ndjson', 'list -o json', 'audit', 'upload --help']) {
      const drawn = drawnLines(
        await see(`filemill ${command} 2> ${join(folder, 'said')} | head -1; cat ${join(folder, 'said')}`, 80),
      );
      assert.ok(
        drawn.length <= 2 && !drawn.some((line) => /EPIPE|Error/.test(line)),
        `${command}: ${drawn.join('\n')}`,
      );
    }
  });
});
