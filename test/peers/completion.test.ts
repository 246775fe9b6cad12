import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { filemill } from '../support/cli.ts';
import { type Cluster, startCluster, workingServices } from '../support/cluster.ts';
import { withFilemill } from '../support/completing-shell.ts';
import { testFolder } from '../support/start-services.ts';

/** Types in an interactive zsh, and waits until what Tab makes of it appears. */
const typing = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; autoload -U compinit; compinit -u; bindkey "^I" complete-word; source <(filemill completion zsh); echo RE""ADY'
zpty -r z out '*READY*'
zpty -w -n z "$1"$'\\t'
zpty -r -m z out "*$2*" && print -r -- found
zpty -d z`;

describe('completion in other shells', () => {
  const resources = new AsyncDisposableStack();
  let system: Cluster;
  let env: Record<string, string>;
  let id: string;
  before(async () => {
    system = resources.use(await startCluster({ services: workingServices }));
    const folder = resources.use(await testFolder()).path;
    env = await withFilemill(folder, system.target('upload'));
    await writeFile(join(folder, 'a name.txt'), 'x');
    const { stdout } = await filemill(['upload', join(folder, 'a name.txt'), '-q'], {
      server: system.target('upload'),
    });
    id = stdout.trim();
  });
  after(() => resources.disposeAsync());

  const shell = (name: string, args: readonly string[]) => {
    const { stdout, stderr } = spawnSync(name, args, { encoding: 'utf8', env, timeout: 120_000 });
    assert.equal(stderr, '');
    return stdout;
  };

  for (const [line, word] of [
    ['filemill list --status FAI', '--status FAILED'],
    ['filemill token rev', 'token revoke'],
    ['filemill get 0', undefined],
  ] as const)
    it(`of "${line}" in zsh`, () => {
      assert.match(shell('zsh', ['-f', '-c', typing, 'zsh', line, word ?? id]), /found/);
    });

  it('in fish, with what each word means', () => {
    const complete = (line: string) =>
      shell('fish', ['-c', `filemill completion fish | source; complete -C '${line}'`]).trim();
    assert.match(complete('filemill get '), new RegExp(`^${id}\ta name\\.txt, [A-Z]+$`));
    assert.equal(complete('filemill list --status FAILED,PEN'), 'FAILED,PENDING');
    assert.match(complete('filemill upl'), /^upload\tupload files/);
  });
});
