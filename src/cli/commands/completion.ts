import { Argument, Command } from 'commander';
import { completionScripts } from '../completion/scripts.ts';

export function completionCommand(): Command {
  return new Command('completion')
    .description(
      'Print a script that completes commands, options, ids of files with their names, and whatever else the server knows.',
    )
    .addArgument(new Argument('<shell>').choices(Object.keys(completionScripts)))
    .action((shell: keyof typeof completionScripts) => void process.stdout.write(completionScripts[shell]));
}
