import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Command } from 'commander';
import { makeProgram } from '../program.ts';
import { complete, type Kind } from './candidates.ts';

/** A word for each kind, so that what is looked up can be seen. */
const lookUp = async (kind: Kind) => [{ word: `<${kind}>`, means: 'looked up' }];

const rows: readonly (readonly [line: string, words: string | RegExp])[] = [
  ['upl', 'upload'],
  ['token ', 'create list revoke mint help'],
  ['token r', 'revoke'],
  ['--server a:1 li', 'list'],
  ['list --no-e', '--no-encrypted'],
  ['list --stat', '--status'],
  ['list --status pen', 'PENDING'],
  ['list --status COMPLETED,pa', 'COMPLETED,PAUSED'],
  ['list --status FAILED,', /^FAILED,PENDING .*FAILED,COMPLETED$/],
  ['list --status=fai', '--status=FAILED'],
  ['list --type ', '<types>'],
  ['list --limit ', ''],
  ['list --columns id,nam', 'id,name'],
  ['list --sort siz', 'size size:desc'],
  ['list --error analyzer_t', 'analyzer_timeout'],
  ['list -o n', 'ndjson'],
  ['get ', '<files>'],
  ['get ID ', '<files>'],
  ['get -- ', '<files>'],
  ['text ', '<completed files>'],
  ['text ID ', ''],
  ['retry ', '<failed files>'],
  ['audit --token ', '<tokens>'],
  ['token revoke ', '<tokens>'],
  ['webhook test ', '<webhooks>'],
  ['retention remove ', '<rules>'],
  ['tenant set ', '<tenants>'],
  ['worker drain ', '<workers>'],
  ['list --context ', '<contexts>'],
  ['context use ', '<contexts>'],
  ['completion z', 'zsh'],
  ['upload ', 'PATHS'],
  ['up --data-dir ', 'PATHS'],
  ['download ID --to ', 'PATHS'],
  ['context add x a:1 --tls-ca ', 'PATHS'],
];

describe('completion', () => {
  let program: Command;
  before(async () => {
    program = await makeProgram({});
  });

  for (const [line, words] of rows)
    it(`of "${line}"`, async () => {
      const { candidates, paths } = await complete(program, line.split(' '), lookUp);
      const found = paths ? 'PATHS' : candidates.map(({ word }) => word).join(' ');
      if (words instanceof RegExp) assert.match(found, words);
      else assert.equal(found, words);
    });
});
