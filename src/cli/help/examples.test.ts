import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { displayWidth } from '../output/display-width.ts';
import { makeProgram } from '../program.ts';
import { examplesOf } from './examples.ts';
import { pathOf } from './layout.ts';

describe('the help', () => {
  let commands: readonly Command[];
  before(async () => {
    commands = withChildren(await makeProgram({}));
  });

  it('has one to four examples for each command, and two at least unless it is part of another', () => {
    for (const command of commands) {
      const count = Object.keys(examplesOf(pathOf(command))).length;
      const least = pathOf(command).includes(' ') ? 1 : 2;
      assert.ok(count >= least && count <= 4, `filemill ${pathOf(command)} has ${count} examples`);
    }
  });

  it('fits 80 columns', () => {
    for (const command of commands)
      for (const line of command.helpInformation().split('\n'))
        assert.ok(displayWidth(line) <= 80, `filemill ${pathOf(command)} --help: ${line}`);
  });

  it('shows examples that the program takes, as a shell passes them on', async () => {
    const lines = commands.flatMap((command) => Object.values(examplesOf(pathOf(command))));
    for (const { line, runs } of await runsOf([...new Set(lines)])) {
      assert.ok(runs.length > 0, line);
      for (const words of runs) await assert.doesNotReject(parse(words), line);
    }
  });
});

/** Every command that people see, beginning with the program. */
function withChildren(command: Command): Command[] {
  const children = command.createHelp().visibleCommands(command);
  return [command, ...children.filter((child) => child.parent !== null).flatMap(withChildren)];
}

interface Line {
  readonly line: string;
  /** The words that each `filemill` in it is given. */
  readonly runs: readonly string[][];
}

/** Runs lines in bash. Other programs in them do nothing. */
async function runsOf(lines: readonly string[]): Promise<Line[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'filemill-examples-'));
  const calls = (line: string) => join(folder.path, `calls-${lines.indexOf(line)}`);
  const bin = join(folder.path, 'bin');
  await Promise.all(
    [bin, join(folder.path, '.zfunc'), join(folder.path, '.config/fish/completions'), ...lines.map(calls)].map((path) =>
      mkdir(path, { recursive: true }),
    ),
  );
  await writeFile(join(bin, 'filemill'), '#!/bin/sh\nprintf "%s\\0" "$@" > "$CALLS/$$"\necho word\n', { mode: 0o755 });
  for (const other of ['jq', 'pg_dump', 'psql']) await writeFile(join(bin, other), '#!/bin/sh\n', { mode: 0o755 });
  for (const input of ['token', 'ids']) await writeFile(join(folder.path, input), '');
  // What a line does besides, such as sourcing the word that the stand-in prints, may fail.
  const script = lines.map((line) => `( export CALLS=${calls(line)}; ${line}\n) 2> /dev/null\n`).join('');
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder.path };
  await promisify(execFile)('bash', ['-c', `${script}\ntrue`], { cwd: folder.path, env });
  const textsOf = async (line: string) =>
    Promise.all((await readdir(calls(line))).map((name) => readFile(join(calls(line), name), 'utf8')));
  return Promise.all(
    lines.map(async (line) => ({ line, runs: (await textsOf(line)).map((text) => text.split('\0').slice(0, -1)) })),
  );
}

/** Parses words and does nothing. @throws CommanderError */
async function parse(words: readonly string[]): Promise<void> {
  const program = await makeProgram({});
  program.configureOutput({ writeErr: () => undefined });
  for (const command of withChildren(program)) command.action(() => undefined);
  await program.parseAsync(words, { from: 'user' });
}
