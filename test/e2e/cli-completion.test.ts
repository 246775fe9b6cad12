import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { withFilemill } from '../support/completing-shell.ts';
import { testFolder } from '../support/start-services.ts';

describe('completion in bash', () => {
  const resources = new AsyncDisposableStack();
  let system: Cluster;
  let folder: string;
  let env: Record<string, string>;
  let id: string;
  before(async () => {
    system = resources.use(await startCluster({ services: workingServices }));
    folder = resources.use(await testFolder()).path;
    env = await withFilemill(folder, system.target('upload'));
    await writeFile(join(folder, 'a name.txt'), 'x');
    await writeFile(join(folder, 'other.txt'), 'y');
    for (const name of ['a name.txt', 'other.txt']) {
      const { stdout } = await filemill(['upload', join(folder, name), '-q'], { server: system.target('upload') });
      id = stdout.trim();
    }
  });
  after(() => resources.disposeAsync());

  /** Completes the last word of a line, as bash does when Tab is pressed. */
  function press(line: string): string[] {
    const script = `source <(filemill completion bash)
      COMP_LINE=$1 COMP_POINT=\${#1}; _filemill; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', line], { encoding: 'utf8', env, cwd: folder });
    assert.equal(stderr, '', line);
    return stdout.split('\n').filter((word) => word !== '');
  }

  it('knows commands, options and values, also behind = and commas', () => {
    assert.deepEqual(press('filemill upl'), ['upload']);
    assert.deepEqual(press('filemill list --stat'), ['--status']);
    assert.deepEqual(press('filemill list --status=comp'), ['COMPLETED']);
    assert.deepEqual(press('filemill list --status FAILED,PEN'), ['FAILED,PENDING']);
    assert.deepEqual(press('filemill token r'), ['revoke']);
  });

  it('shows ids with the names of their files, and inserts an id alone', () => {
    const [newest, oldest] = press('filemill get ');
    assert.match(newest ?? '', new RegExp(`^${id} {2}\\(other\\.txt, [A-Z]+\\)$`));
    assert.match(oldest ?? '', /^[0-9a-f-]{36} {2}\(a name\.txt, [A-Z]+\)$/);
    assert.deepEqual(press(`filemill get ${id}`), [id]);
  });

  it('leaves paths to bash, and is silent when there is no server', () => {
    assert.deepEqual(press('filemill upload oth'), []);
    assert.deepEqual(press('filemill get --server 127.0.0.1:1 '), []);
    assert.deepEqual(press('filemill get --context nowhere '), []);
  });
});
