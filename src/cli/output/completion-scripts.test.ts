import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { bashScript, fishScript, zshScript } from './completion-scripts.ts';

const verbs = [
  { name: 'get', summary: "show a file's result", options: ['--json'], words: [] },
  { name: 'migrate', summary: 'schema', options: ['--quiet'], words: ['up', 'status'] },
];

it('completes in bash what was begun', () => {
  const complete = (line: string) => {
    const words = line.split(' ');
    const script = `${bashScript(verbs)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _filemill; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout.trim();
  };
  assert.equal(complete('filemill m'), 'migrate');
  assert.equal(complete('filemill migrate s'), 'status');
  assert.equal(complete('filemill get --'), '--json');
});

it('names every verb for zsh and fish, with quotes kept harmless', () => {
  assert.match(zshScript(verbs), /'get:show a file'\\''s result'/);
  assert.match(fishScript(verbs), /-a get -d 'show a file\\'s result'/);
  assert.match(fishScript(verbs), /__fish_seen_subcommand_from migrate' -f -a status/);
});
