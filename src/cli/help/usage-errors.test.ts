import assert from 'node:assert/strict';
import { it } from 'node:test';
import { makeProgram } from '../program.ts';

const rows: readonly (readonly [line: string, said: string])[] = [
  ['uplod x', 'There is no command "uplod". Did you mean upload?'],
  ['token creat', 'There is no command "creat". Did you mean create?'],
  ['list --limt 3', 'There is no option --limt here. Did you mean --limit?'],
  ['list --limit x', '--limit cannot be "x". Expected a whole number from 1 to 9007199254740990.'],
  ['list --limit', '--limit needs a value.'],
  ['list -o foo', '--output cannot be "foo". Choose one of table'],
  ['list --sort colour', '--sort cannot be "colour". Expected one of created, name, size, words, time, perhaps with'],
  ['get', 'Something is missing: <id>.'],
  ['text a b', 'There are too many arguments: 1 expected, 2 given (a, b).'],
  ['webhook update x --enable --disable', 'Give --enable or --disable, not both.'],
  ['completion csh', '<shell> cannot be "csh". Choose one of bash, zsh, fish.'],
  ['uplod\u001b[31m', 'There is no command "uplod\\u001b[31m".'],
];

it('says what cannot be taken, and where help is', async () => {
  for (const [line, said] of rows) {
    const writes: string[] = [];
    const program = await makeProgram({});
    for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)])
      command.configureOutput({ writeErr: (text) => void writes.push(text) });
    await assert.rejects(program.parseAsync(line.split(' '), { from: 'user' }));
    const told = writes.join('');
    assert.ok(told.startsWith(`filemill: ${said}`), told);
    assert.match(told, /\n {2}→ `filemill( \w+)* --help` shows examples and every option\.\n$/);
  }
});
