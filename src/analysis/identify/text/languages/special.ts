import type { Language } from '../languages.ts';

/** Shells, languages for one purpose, and those that are rarer today. */
export const specialLanguages: readonly Language[] = [
  {
    mime: 'text/x-shellscript',
    own: /^(?:fi|done|esac|then|;;)$|^(?:if|elif|while)\s+(?:!\s+)?(?:\[|test\s|\$|command\s|grep\s)|^for\s+\w+\s+in\s.*;?\s*(?:do)?$|^(?:function\s+)?\w+\s*\(\)\s*\{|^export\s+[A-Z_]+=|^echo\s|^case\s+.*\sin$|\$\{?\w+\}?["']?\s*\|\||^set\s+-[a-z]|^\.\s+\/|^source\s|^local\s+\w+=/,
    shared:
      /^[A-Za-z_]\w*=\S*$|^(?:cd|rm|mkdir|cp|mv|exit|exec|sudo|cat|grep|sed|chmod)\s|^else$|\|\s*(?:grep|sed|awk|sort)\b/,
  },
  {
    mime: 'application/sql',
    own: /^\\echo\s|^(?:create\s+(?:or\s+replace\s+)?(?:temporary\s+|unique\s+)?(?:extension|aggregate|table|view|index|database|schema|function|procedure|trigger|sequence|type|user|role)\b|insert\s+into\s|alter\s+(?:table|database|session|extension|function|view|user)\s|drop\s+(?:table|view|index|database|schema|sequence)\b|delete\s+from\s|update\s+[\w."]+\s+set\b|select\s+.{0,200}\bfrom\b|grant\s.*\bto\b|declare\s+@|set\s+(?:nocount|names|search_path)\b|commit\s*;|begin\s+transaction|primary\s+key\b|foreign\s+key\b|lock\s+tables|truncate\s+table)/i,
    shared:
      /^(?:select|from|where|and|order\s+by|group\s+by|values|left\s+join|inner\s+join|join|set|go|begin|end;|use)\b|^[\w"`]+\s+(?:int|integer|varchar|text|char|date|timestamp|number|numeric|boolean|bigint|serial|decimal)\b/i,
  },
  {
    mime: 'text/css',
    own: /^(?:(?:[.#][A-Za-z][\w-]*|\*|body|html|a|p|h[1-6]|div|table|ul|ol|li|td|th|tr|img|span|form|input|header|footer|nav)(?:[\s,>+~:.#[*][^;(){}=]*)?|@(?:media|font-face|keyframes|page|supports)\b[^;]*|:root\s*)(?:,|\{(?:\s*[a-z-]+\s*:[^{}]*\}?)?)$|^@(?:import|charset)\s.*;$|^(?:color|font-(?:size|family|weight)|margin|padding|background(?:-color)?|border|display|width|height|text-align|line-height|position|float)(?:-[a-z]+)?\s*:\s*[^;{}]+;?$/,
    shared: /^[a-z-]+\s*:\s*[^;{}]+;$|^\}$/,
  },
  {
    mime: 'text/x-lua',
    own: /^local\s+(?:function\s+)?\w+|^function\s+[\w.:]+\s*\([^)]*\)$|^end[,)]?$|^(?:if|elseif)\s.*\sthen$|^for\s.*\sdo$|~=|\brequire\s*\(?["'].*["']\)?$|\w+:\w+\(|^--\[\[/,
    shared: /^return\b|^else$|^[\w.]+\s*=\s*[^;]+$|^print\s*\(|^--/,
  },
  {
    mime: 'text/x-haskell',
    own: /^module\s+[A-Z][\w.]*.*(?:where|\()?$|^import\s+(?:qualified\s+)?[A-Z][\w.]*(?:\s+as\s+[A-Z]\w*)?(?:\s*(?:hiding\s*)?\(.*)?$|^\w+['\w]*\s*::\s.*|^(?:data|newtype|instance|class|deriving)\s+[A-Z(].*|^\{-#|<-|^where$/,
    shared: /^\w[\w' ]*=\s|^(?:let|in|do|case|if|then|else)\b|->/,
  },
  {
    mime: 'text/x-ocaml',
    own: /^let\s+(?:rec\s+)?\w+.*=(?:\s*(?:fun|function|match)\b.*)?$|^open\s+[A-Z]\w*(?:\.\w+)*$|^module\s+[A-Z]\w*\s*(?:=|:)|^val\s+\w+\s*:|^\|\s.*->|;;$|^\(\*/,
    shared: /^(?:let|match|type|in|and|if|then|else)\b/,
  },
  {
    mime: 'text/x-julia',
    own: /^(?:using|import)\s+[A-Z]\w*(?::\s*\w.*)?$|^(?:mutable\s+)?struct\s+[A-Z]\w*$|^function\s+\w+!?\(.*\)$|^\w+::[A-Z]\w*$|^end\s*#|^@(?:time|test|show|assert)\s/,
    shared: /^end$|^return\b|^(?:if|for|while|module)\s[^{;]*$|^println\(/,
  },
  {
    mime: 'text/x-zig',
    own: /^(?:pub\s+)?const\s+\w+\s*=\s*@import\(|^(?:pub\s+|export\s+)?fn\s+\w+\(.*\)\s*[!?]?\w+.*\{$|^(?:const|var)\s+\w+\s*:\s*(?:[ui]\d+|usize|\[\])|^try\s|\.\{|^defer\s/,
    shared: /^(?:const|var|return|if|while|for)\b|^\}/,
  },
  {
    mime: 'text/x-nim',
    own: /^(?:proc|func|method|iterator|template)\s+\w+\*?\s*\(.*=$|^result\s*[+&]?=|^echo\s+\w+[(.]|^(?:let|var|const)\s+\w+\s*(?::\s*\w+\s*)?=\s*[^;{]+$/,
    shared: /^import\s+[\w/]+(?:,\s*[\w/]+)*$|^(?:for|if|while|elif|case)\s.*:$|^type$/,
  },
  {
    mime: 'text/x-fsharp',
    own: /^\[<\w+.*>\]|\|>|\bprintfn?\s+"|^open\s+System\b|^let\s+(?:rec\s+|inline\s+|mutable\s+)?\w+.*=|^module\s+[A-Z][\w.]*$|^namespace\s+[A-Z][\w.]*$|^member\s+\w+\./,
    shared: /^open\s+[A-Z]|^(?:match|type|if|for|with)\b|^\|\s|->/,
  },
  {
    mime: 'text/x-dsrc',
    own: /^import\s+(?:std|core)\.[\w.]+(?:\s*:.*)?;|^module\s+[\w.]+;|\bwritef?ln\(|^(?:auto|immutable)\s+\w+\s*=|^foreach\s*\(/,
    shared: /^(?:void|int|string|class|struct|if|for|while|return)\b|^[{}]/,
  },
  {
    mime: 'text/x-nix',
    own: /^\{[^;]*\}:$|^with\s+import\s+<|^inherit\s|\bmkDerivation\b|\bmkShell\b|^\w+\s*=\s*(?:with\s+\w+;\s*)?\[|import <nixpkgs>/,
    shared: /^\w[\w.]*\s*=\s.*;$|^[}\]]/,
  },
  {
    mime: 'text/x-erlang',
    own: /^-(?:module|export|include|import|record|define|behaviou?r|spec|author)\(|^\w+\(.*\)\s*(?:when\s.*)?->$|^end[.,;]$|^[A-Z]\w*\s*=\s.*[,.]$/,
  },
  {
    mime: 'text/x-elixir',
    own: /^defmodule\s+[A-Z][\w.]*\s+do$|^defp?\s+\w+.*(?:do|,\s*do:.*)$|^\|>\s|^@(?:moduledoc|doc|spec)\b|^alias\s+[A-Z]/,
    shared: /^end$|^(?:use|import|require)\s+[A-Z]/,
  },
  {
    mime: 'text/x-common-lisp',
    own: /^\((?:defun|defvar|defmacro|defparameter|defclass|defmethod|in-package|defpackage|setq|setf|let\*?)\s/i,
    shared: /^\(|\)\)+$|^;/,
  },
  {
    mime: 'text/x-emacs-lisp',
    own: /^\((?:require|provide)\s+'|^\(defcustom\s|^\(interactive|-\*-.*(?:emacs-lisp|lexical-binding)/,
    base: 'text/x-common-lisp',
  },
  {
    mime: 'text/x-scheme',
    own: /^\((?:define|define-syntax|define-module|define-record-type|use-modules|lambda|library)\s/,
    shared: /^\(|\)\)+$|^;/,
  },
  {
    mime: 'text/x-clojure',
    own: /^\((?:ns|defn-?|def|defprotocol|defmulti|deftest)\s|^\(:(?:require|import|use)\s/,
    shared: /^\(|\)\)+$|^;/,
  },
  {
    mime: 'text/x-prolog',
    own: /^:-\s*(?:module|use_module|dynamic|ensure_loaded|initialization)\b|^[a-z]\w*\(.*\)\s*:-|^[a-z]\w*(?:\([^)]*\))?\.$/,
    shared: /^[a-z]\w*\(.*\)[,.]$|^%/,
  },
  {
    mime: 'text/x-r',
    own: /^[\w.]+\s*<-\s|^library\([\w.]+\)|<-\s*function\s*\(|\bdata\.frame\(|^require\([\w.]+\)$/,
    shared: /^\}|^(?:if|for|print|return|plot)\s*\(|^[\w.$]+\s*=/,
  },
  {
    mime: 'text/x-matlab',
    own: /^function\s+(?:\[?[\w, ]*\]?\s*=\s*)?\w+\s*(?:\(.*\))?\s*$|^(?:clear|close|clc)(?:\s+all)?\s*;?$|\bzeros\(|^(?:figure|hold on|plot\(|disp\(|fprintf\()|\w\.[*^]\w|^end;$/,
    shared: /^\w+(?:\([^)]*\))?\s*=\s*.*;$|^(?:for|while|if)\s[^{]*$/,
  },
  {
    mime: 'text/x-fortran',
    own: /^(?:program|subroutine|module|end\s+(?:program|subroutine|module|do|if|function)|implicit\s+none|(?:real|integer|double\s+precision|character|logical|complex)(?:\s*[*(].{0,20})?\s*(?:::|function\b|[a-z]\w*\s*[,(])|call\s+\w+\s*\(|dimension\s|common\s*\/|write\s*\(.*\)|use\s+\w+$)/i,
    shared: /^(?:do|if|else|enddo|endif|return|stop|continue|end|contains|print)\b|^!|^c\s/i,
  },
  {
    mime: 'text/x-pascal',
    own: /^(?:program|unit)\s+\w+\s*(?:\(.*\))?;|^(?:procedure|function)\s+[\w.]+\s*(?:\(.*\))?\s*(?::\s*\w+)?;|^begin$|^end[.;]$|^(?:uses|interface|implementation|var|type)$|:=.*;$|^\w+(?:,\s*\w+)*\s*:\s*(?:integer|string|boolean|char|real|array)\b/i,
    shared: /^(?:if|for|while|repeat|until|else|uses)\b|writeln/i,
  },
  {
    mime: 'text/x-adasrc',
    own: /^with\s+[A-Z][\w.]*(?:,\s*[\w.]+)*;|^(?:package|procedure|function)\s+(?:body\s+)?[\w.]+.*\bis$|^end\s+[\w.]+;$|^use\s+[A-Z][\w.]*;|^pragma\s+\w+/i,
    shared: /^begin$|:=.*;$|^(?:if|elsif|loop|end if;|end loop;)|^--/i,
  },
  {
    mime: 'text/x-cobol',
    own: /^(?:\d{6}\s+)?(?:identification|id|environment|data|procedure)\s+division\b|^(?:\d{6}\s+)?(?:program-id\.|working-storage\s+section|stop\s+run|perform\s+\w|move\s+.*\sto\s|display\s+["'\w])|\bpic(?:ture)?\s+(?:is\s+)?[9xsazv(]/i,
  },
  {
    mime: 'text/x-vbasic',
    own: /^(?:attribute\s+vb_|option\s+(?:explicit|base)|(?:public\s+|private\s+)?(?:sub|function)\s+\w+\s*\(|end\s+(?:sub|function|if|with|select|type)\b|dim\s+\w+.*\bas\s|begin\s+vb\.|version\s+\d\.\d+)/i,
    shared: /^(?:if\s.*\sthen|else|next|for\s|set\s|dim\s|msgbox|'|loop|wend)/i,
  },
  {
    mime: 'text/x-vbdotnet',
    own: /^imports\s+[\w.]+$|^(?:public|private|friend)\s+(?:shared\s+)?(?:class|module|property|readonly)\s|^end\s+(?:class|module|namespace|property)\b|^namespace\s+[\w.]+$/i,
    base: 'text/x-vbasic',
  },
  {
    mime: 'text/vbscript',
    own: /^(?:set\s+\w+\s*=\s*)?(?:createobject|wscript\.\w+)\s*\(?|\bWScript\.(?:Echo|CreateObject|Quit)|^on\s+error\s+resume\s+next/i,
    base: 'text/x-vbasic',
  },
  {
    mime: 'application/x-powershell',
    own: /^\$\w+(?::\w+)?\s*=\s*(?:[A-Z]\w+-[A-Z]\w+|\[|@[({]|New-Object)|^(?:function\s+)?(?:Get|Set|New|Write|Remove|Add|Import|Export|Invoke|Test|Start|Stop)-[A-Z]\w+|^param\s*\(|^\[CmdletBinding|^\[Parameter|\s-(?:eq|ne|gt|lt|match|like)\s/i,
    shared: /^\$\w+\s*=|^(?:if|foreach|else|try|catch)\b|^[{}]/,
  },
  {
    mime: 'application/x-bat',
    own: /^@?(?:echo\s+off|setlocal|rem\s)|^(?:if\s+(?:not\s+)?(?:exist|errorlevel|"%|%)|goto\s+:?\w+|:\w+$|set\s+(?:\/[ap]\s+)?\w+=|call\s+[:\w"%]|for\s+(?:\/\w\s+)?.*%%\w)|%\w+%|%~/i,
    shared: /^@?(?:echo|cd|copy|del|start|pause|exit|mkdir|rem|cls)\b/i,
  },
  {
    mime: 'text/x-asm',
    own: /^\.(?:globl|global|section|text|data|type|size|align|file|ascii|asciz|intel_syntax|cfi_\w+|extern)\b|^(?:\w+:\s*)?(?:mov[lqbw]?|push[lq]?|pop[lq]?|call[lq]?|jmp|jne|jnz|je|jz|xor[lq]?|lea[lq]?|cmp[lqbw]?|ret[lq]?|addl|subl|addq|subq|ldr|str|bx|int)\s+[$%\w[(#-]|^(?:section|segment|global|extern|org|db|dw|dd|equ|title|assume)\s|^ret$/i,
    shared: /^\w+:$|^;|^(?:nop|add|sub|inc|dec|and|or)\b/i,
  },
  {
    mime: 'text/x-verilog',
    own: /^module\s+\w+\s*(?:#?\(|;)|^endmodule|^(?:input|output|inout)\s+(?:wire|reg|logic|\[)|^always\s*@|^(?:wire|reg)\s+(?:\[|\w+)|^assign\s+\w|^`(?:timescale|include|define)/,
    shared: /^(?:begin|end|if|else|case|endcase|initial)\b|<=.*;$|^\/\//,
  },
  {
    mime: 'text/x-vhdl',
    own: /^(?:library\s+ieee;|use\s+ieee\.|entity\s+\w+\s+is|architecture\s+\w+\s+of\s|end\s+(?:architecture|entity|process)\b|signal\s+\w+\s*:|port\s*(?:map\s*)?\(|process\s*\()|std_logic/i,
    shared: /^(?:begin|end|if|elsif|case|when)\b|<=.*;$|^--/i,
  },
  {
    mime: 'text/x-protobuf',
    own: /^syntax\s*=\s*"proto[23]"|^message\s+\w+\s*\{|^(?:optional|required|repeated)\s+[\w.]+\s+\w+\s*=\s*\d+|^rpc\s+\w+\s*\(|^[\w.<>, ]+\s+\w+\s*=\s*\d+(?:\s*\[.*\])?;/,
    shared: /^(?:package|import|option|service|enum)\s|^\}/,
  },
  {
    mime: 'text/x-thrift',
    own: /^\d+:\s*(?:optional|required)?\s*[\w.<>, ]+\s+\w+|^namespace\s+(?:java|cpp|py|\*|go|rb)\s/,
    shared: /^(?:struct|service|enum|exception|typedef|include)\s|^\}/,
  },
  {
    mime: 'text/x-graphql',
    own: /^(?:type|input|interface|query|mutation|fragment|subscription|scalar)\s+\w+.*(?:\{|on\s+\w+)|^\w+(?:\([^)]*\))?:\s*\[?[A-Z]\w*!?\]?!?$/,
    shared: /^\w+$|^\}/,
  },
  {
    mime: 'text/x-hcl',
    own: /^(?:resource|data|variable|provider|module|output)\s+"[^"]+"(?:\s+"[^"]+")?\s*\{|^terraform\s*\{|^locals\s*\{/,
    shared: /^\w+\s*=\s|^\}/,
  },
  {
    mime: 'text/x-tcl',
    own: /^proc\s+[\w:]+\s+\{|^(?:package\s+(?:require|provide)|namespace\s+eval)\s|^set\s+\w+\s+[^=]*$|^puts\s|^load_lib\s+\S+\.exp$|^expect(?:\s+\{|\s+-(?:re|ex|gl)\s|\s+"[^"]*"$)|^send(?:_user)?\s+(?:--\s+)?"|^spawn\s+\S/,
    shared: /^(?:if|foreach|while)\s+\{|^\}|^(?:interact|expect\s+eof|exp_continue)$/,
  },
  {
    // ISO 10303-11
    mime: 'application/express',
    own: /^SCHEMA\s+\w+\s*;$|^END_(?:SCHEMA|ENTITY|TYPE|RULE|FUNCTION|PROCEDURE)\s*;|^ENTITY\s+\w+|^TYPE\s+\w+\s*=/i,
    shared: /^\w+\s*:\s.*;$|^(?:WHERE|UNIQUE|INVERSE|DERIVE)$|;$/,
  },
  {
    mime: 'text/x-awk',
    own: /^(?:BEGIN|END)\s*\{|^\/.*\/\s*\{|\$\d+\s*[~=]|^\{\s*print\b|\bNR\s*==/,
    shared: /^(?:if|for|while|print|printf)\b|^\}/,
  },
  {
    mime: 'text/x-makefile',
    own: /^\.(?:PHONY|SUFFIXES|DEFAULT)\s*:|^(?:all|clean|install|build|dist|distclean|check|uninstall)\s*:(?:$|\s+[\w.$%/(){} -]*$)|^[\w.$%/(){}-]+\.(?:o|a|so|obj|exe|c)\s*::?\s|^%\.?\w*\s*:\s|\$\((?:CC|MAKE|CFLAGS|CXX|RM|LD|AR|shell|wildcard|patsubst|OBJS|SRCS|DESTDIR|PREFIX)\b|\$[@<^]\s|^[A-Z_]+\s*\?=|^ifn?eq\s/,
    shared: /^[A-Z_]+\s*[:?+]?=|^(?:ifeq|ifdef|ifneq|endif|include|else)\b|^-?include\s|^@/,
  },
  {
    mime: 'text/x-dockerfile',
    own: /^FROM\s+[\w./:-]+(?:\s+AS\s+\w+)?$|^(?:RUN|CMD|ENTRYPOINT|COPY|ADD|WORKDIR|EXPOSE|ENV|ARG|LABEL|USER|VOLUME)\s+\S/,
  },
  {
    mime: 'text/x-cmake',
    own: /^(?:cmake_minimum_required|project|add_(?:executable|library|subdirectory|custom_command|custom_target|definitions|test)|target_\w+|find_package|set_target_properties|include_directories|install|list|message|option|macro|endmacro|endfunction|endif|endforeach|set_property|get_filename_component)\s*\(|^(?:set|include|if)\s*\(.*\$\{/i,
    shared: /^(?:set|if|else|foreach|include)\s*\(/i,
  },
  {
    mime: 'text/x-solidity',
    own: /^pragma\s+solidity\b|^contract\s+\w+.*\{|^mapping\s*\(/,
    shared: /^(?:function|event|struct|import|modifier)\s|^\}/,
  },
  {
    mime: 'text/x-applescript',
    own: /^tell\s+(?:application|app)\s|^end\s+(?:tell|try|repeat|if)\b|^set\s+.+\s+to\s|^on\s+\w+\(.*\)$|^display\s+dialog/i,
  },
  {
    mime: 'text/x-sas',
    own: /^(?:data\s+[\w.]+(?:\([^)]*\))?;|proc\s+(?:sort|print|sql|means|freq|import|export|contents|reg|format)\b|run;|%macro\s|%let\s|libname\s|set\s+[\w.]+;|quit;)/i,
  },
  {
    mime: 'text/x-gherkin',
    own: /^(?:Feature|Scenario(?: Outline)?|Background|Examples):/,
    shared: /^(?:Given|When|Then|And|But)\s/,
  },
  { mime: 'text/x-lilypond', own: /^\\(?:version\s+"|relative\b|score\b|header\b)/ },
  { mime: 'text/x-yacc', own: /^%(?:token|type|left|right|start|union|\{|\}|%)/, base: 'text/x-c' },
  {
    mime: 'text/x-rpm-spec',
    own: /^(?:Name|Version|Release|Summary|License|BuildRoot|BuildRequires|Source0?):\s|^%(?:prep|build|install|files|description|changelog|define|setup)\b/,
  },
  { mime: 'text/x-m4', own: /^(?:dnl\b|AC_INIT|AC_OUTPUT|AM_INIT_AUTOMAKE|AC_[A-Z_]+\(|m4_\w+\(|define\(`)/ },
  { mime: 'text/x-gcode', own: /^(?:N\d+\s*)?[GM]\d{1,3}(?:\s+[XYZEFIJSP]-?[\d.]+)*\s*(?:;.*)?$/ },
];
