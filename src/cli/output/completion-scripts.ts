/** The words that complete one command. */
export interface VerbWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
  /** The words that may follow; file names if there are none. */
  readonly words: readonly string[];
}

export function bashScript(verbs: readonly VerbWords[]): string {
  const cases = verbs.map(({ name, options, words }) => `    ${name}) words='${[...words, ...options].join(' ')}' ;;`);
  return `# bash completion for filemill
_filemill() {
  local current=\${COMP_WORDS[COMP_CWORD]} words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${verbs.map(({ name }) => name).join(' ')} --help --version'
  else
    case \${COMP_WORDS[1]} in
${cases.join('\n')}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _filemill filemill
`;
}

export function zshScript(verbs: readonly VerbWords[]): string {
  const names = verbs.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", "'\\''")}'`);
  const cases = verbs.map(
    ({ name, options, words }) => `    ${name}) compadd -- ${[...words, ...options].join(' ')} ;;`,
  );
  return `#compdef filemill
_filemill() {
  local -a verbs
  verbs=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' verbs
    return
  fi
  case $words[2] in
${cases.join('\n')}
  esac
  _files
}
if [ "$funcstack[1]" = _filemill ]; then
  _filemill "$@"
else
  compdef _filemill filemill
fi
`;
}

export function fishScript(verbs: readonly VerbWords[]): string {
  const lines = verbs.flatMap(({ name, summary, options, words }) => [
    `complete -c filemill -n __fish_use_subcommand -f -a ${name} -d '${summary.replaceAll("'", "\\'")}'`,
    ...options.map((option) => `complete -c filemill -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
    ...words.map((word) => `complete -c filemill -n '__fish_seen_subcommand_from ${name}' -f -a ${word}`),
  ]);
  return `# fish completion for filemill\n${lines.join('\n')}\n`;
}
