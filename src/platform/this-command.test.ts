import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { thisCommand } from './this-command.ts';

await using folder = await mkdtempDisposable(join(tmpdir(), 'filemill-command-'));

/** Lays out a package, and answers with its folder. */
async function installed(...names: string[]): Promise<string> {
  const program = join(folder.path, ...names);
  await mkdir(join(program, 'bin'), { recursive: true });
  await writeFile(join(program, 'bin', 'filemill.js'), '');
  return program;
}

async function linked(program: string, ...names: string[]): Promise<string> {
  const bin = join(folder.path, ...names);
  await mkdir(bin, { recursive: true });
  await symlink(join(program, 'bin', 'filemill.js'), join(bin, 'filemill'));
  return bin;
}

const clone = await installed('clone');
const global = await installed('lib', 'node_modules', 'filemill');
const globalBin = await linked(global, 'bin');
const local = await installed('project', 'node_modules', 'filemill');
const localBin = await linked(local, 'project', 'node_modules', '.bin');
const unpacked = await installed('_npx', 'abc', 'node_modules', 'filemill');
const spaced = await installed('_npx', 'def', 'node_modules', 'filemill');
await writeFile(join(unpacked, '../../package.json'), '{"_npx":{"packages":["./filemill-0.1.0.tgz"]}}');
await writeFile(join(spaced, '../../package.json'), '{"_npx":{"packages":["my files/filemill.tgz"]}}');

const cases: readonly [what: string, program: string, env: NodeJS.ProcessEnv, command: string][] = [
  ['a clone', clone, { PATH: globalBin }, 'npx filemill'],
  ['an installation on the PATH', global, { PATH: `/bin:${globalBin}` }, 'filemill'],
  ['an installation that is not', global, { PATH: '/bin' }, 'npx filemill'],
  ['a project, whatever npm adds to the PATH', local, { PATH: localBin }, 'npx filemill'],
  ['npx with a tarball', unpacked, { PATH: localBin }, 'npx ./filemill-0.1.0.tgz'],
  ['npx with a path that needs quotes', spaced, {}, `npx 'my files/filemill.tgz'`],
  ['a setting', clone, { FILEMILL_COMMAND: 'docker exec mill filemill' }, 'docker exec mill filemill'],
];

for (const [what, program, env, command] of cases)
  it(`names the command of ${what}`, () => assert.equal(thisCommand(env, program), command));
