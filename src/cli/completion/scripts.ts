/** Scripts for shells. Each of them asks the program, which knows its commands and what the server holds. */
export const completionScripts = {
  bash: `# bash completion for filemill
_filemill() {
  # Bash cuts words at = and :, the program does not.
  local line=\${COMP_LINE:0:COMP_POINT} kind words=() lines=() word
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  { read -r kind; mapfile -t lines; } < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  if [ "$kind" = paths ]; then
    compopt -o default 2>/dev/null
    return
  fi
  local current=\${words[-1]} cut=''
  [[ $current == *[=:]* ]] && cut=\${current%"\${current##*[=:]}"}
  if [ \${#lines[@]} -eq 1 ]; then
    COMPREPLY=("\${lines[0]%%$'\\t'*}")
  else
    # Where there is a choice, what each means is shown beside it, and nothing of that is inserted.
    for word in "\${lines[@]}"; do
      if [[ $word == *$'\\t'* ]]; then
        word="\${word%%$'\\t'*}  (\${word#*$'\\t'})"
        word=\${word:0:\${COLUMNS:-80}-2}
      fi
      COMPREPLY+=("$word")
    done
  fi
  COMPREPLY=("\${COMPREPLY[@]#"$cut"}")
}
complete -o nosort -F _filemill filemill
`,
  zsh: `#compdef filemill
_filemill() {
  local kind line
  local -a lines described
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  kind=$lines[1]
  if [[ $kind == paths ]]; then
    _files
    return
  fi
  for line in "\${(@)lines[2,-1]}"; do
    line=\${line//:/\\\\:}
    described+=("\${line/$'\\t'/:}")
  done
  _describe -V 'filemill' described
}
if [ "$funcstack[1]" = _filemill ]; then
  _filemill "$@"
else
  compdef _filemill filemill
fi
`,
  fish: `# fish completion for filemill
function __filemill_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines ($words[1] __complete $words[2..-1] 2>/dev/null)
  if test "$lines[1]" = paths
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $lines[2..-1]
  end
end
complete -c filemill -f -k -a '(__filemill_complete)'
`,
} as const;
