import { Argument, Command } from 'commander';
import { bashScript, fishScript, type VerbWords, zshScript } from '../output/completion-scripts.ts';

const scripts: Readonly<Record<string, (verbs: readonly VerbWords[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionCommand(): Command {
  return new Command('completion')
    .description('Print a script for shell completion, for example: source <(filemill completion bash)')
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .action((shell: string, _options: object, command: Command) => {
      const program = command.parent as Command;
      process.stdout.write((scripts[shell] as (verbs: readonly VerbWords[]) => string)(verbsOf(program)));
    });
}

function verbsOf(program: Command): VerbWords[] {
  const everywhere = optionsOf(program);
  return program.commands.map((verb) => ({
    name: verb.name(),
    summary: verb.summary(),
    options: [...optionsOf(verb), ...everywhere],
    words: verb.commands.length > 0 ? verb.commands.map((child) => child.name()) : choicesOf(verb),
  }));
}

function optionsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => (long ? [long] : []));
}

function choicesOf(command: Command): readonly string[] {
  return command.registeredArguments[0]?.argChoices ?? [];
}
