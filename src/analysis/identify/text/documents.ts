import { certain, type Guess, likely, type Page } from './reading.ts';

/** Marks of Markdown, each with its weight; a heading alone may be a comment in a script. */
const markdownMarks: readonly (readonly [RegExp, number])[] = [
  [/^#{1,6} +\S/m, 2],
  [/^#{2,6} +\S/m, 1],
  [/^\S.{0,100}\r?\n(?:={3,}|-{3,})\s*$/m, 2],
  [/^(?:```|~~~)[\w+-]*\s*$/m, 2],
  [/!?\[[^\]\n]{1,100}\]\([^)\s]{1,500}(?: "[^"\n]*")?\)/, 2],
  [/^\[[^\]\n]{1,100}\]:\s+\S+/m, 2],
  [/(?:^|[\s(])\*\*[^*\n]{1,200}\*\*/m, 2],
  [/(?:^|[\s(])`[^`\n]{1,100}`/m, 1],
  [/^(?:[*+-]|\d+\.) +\S/m, 1],
  [/^> +\S/m, 1],
  [/^\|(?:\s*:?-{2,}:?\s*\|)+\s*$/m, 3],
];

function markdown({ excerpt, body }: Page): Guess | undefined {
  // A search for the marks that every Markdown text has one of is much faster than the expressions.
  if (!/#|\]\(|\*\*|```|\n(?:===|---)|\]:/.test(excerpt)) return undefined;
  if (/^(?:#!|<\?|%|\\|\/[/*]|@)/.test(body)) return undefined;
  let score = 0;
  for (const [mark, weight] of markdownMarks) if (mark.test(excerpt)) score += weight;
  const hasHeading = /^#{1,6} +\S/m.test(excerpt) || /^\S.{0,100}\r?\n(?:={3,}|-{3,})\s*$/m.test(excerpt);
  return score >= 4 && (hasHeading || score >= 6) ? likely('text/markdown') : undefined;
}

const directive = /^\.\. (?:[\w-]+::|_[^:\n]+:|\[|\|)/m;
const adornment = /^(?:([=~^"'#*+-])\1{3,}\s*\n)?\S.{0,120}\n([=~^"'#*+-])\2{3,}\s*$/m;

function restructured({ excerpt }: Page): Guess | undefined {
  if (!excerpt.includes('\n.. ') && !excerpt.startsWith('.. ') && !excerpt.includes('`_') && !excerpt.includes('::\n'))
    return undefined;
  const hasTitle = adornment.test(excerpt);
  const hasRole = /:[\w-]+:`[^`\n]{1,200}`/.test(excerpt) || /`[^`\n<]{1,200}<[^>\n]{1,300}>`_/.test(excerpt);
  const marks = [directive.test(excerpt), hasTitle, hasRole, /::\r?\n\r?\n[ \t]+\S/.test(excerpt)].filter(
    Boolean,
  ).length;
  return marks >= 2 || (directive.test(excerpt) && /^\.\. [\w-]+::/.test(excerpt)) ? likely('text/x-rst') : undefined;
}

function asciidoc({ excerpt }: Page): Guess | undefined {
  if (!excerpt.startsWith('= ')) return undefined;
  const marks = [
    /^:[\w-]+!?:(?: |$)/m,
    /^={2,5} \S/m,
    /^\[(?:source|NOTE|quote|cols|\[)/m,
    /^(?:-{4,}|={4,}|\.{4,})$/m,
    /^image::?\S/m,
  ];
  return marks.filter((mark) => mark.test(excerpt)).length >= 1 ? likely('text/x-asciidoc') : undefined;
}

function org({ excerpt, body }: Page): Guess | undefined {
  if (!excerpt.includes('#+') && body[0] !== '*') return undefined;
  const marks = [
    /^#\+(?:title|author|options|begin_src|startup|date|todo)\b/im,
    /^\*+ (?:TODO |DONE )?\S/m,
    /^\s*:PROPERTIES:/m,
    /\[\[[^\]\n]+\]\[/,
  ];
  return marks.filter((mark) => mark.test(excerpt)).length >= 2 ? likely('text/org') : undefined;
}

const troffRequest = /^[.'](?:\\"|[A-Za-z]{1,2}(?:\s|$))/;

function troff({ body, inked }: Page): Guess | undefined {
  if (body[0] !== '.' && body[0] !== "'") return undefined;
  const start = inked.slice(0, 60);
  if (
    start.some((line) => /^\.(?:TH|Dd|Dt)\s+\S/.test(line)) &&
    start.some((line) => /^\.(?:SH|Sh|Nm|Os)\b/.test(line))
  )
    return certain('text/troff');
  const requests = start.filter((line) => troffRequest.test(line)).length;
  return requests >= 3 && requests * 5 >= start.length && troffRequest.test(body) ? likely('text/troff') : undefined;
}

function tex({ excerpt, body, inked }: Page): Guess | undefined {
  if (body[0] === '@') {
    if (
      /^@(?:article|book|inproceedings|incollection|misc|phdthesis|techreport|string|comment|manual|online|unpublished|proceedings|mastersthesis|inbook|booklet|preamble)\s*[{(]\s*[^\s,{}"]*\s*(?:,|=|\{)/i.test(
        body,
      )
    )
      return certain('text/x-bibtex');
    return undefined;
  }
  if (!excerpt.includes('\\')) return undefined;
  if (/^\s*\\(?:documentclass|documentstyle|begin\{document\})/m.test(excerpt)) return likely('text/x-tex');
  if (/^@article\s*\{/im.test(excerpt) && /^%/.test(body)) return likely('text/x-bibtex');
  if (/^\\input texinfo|^@setfilename |^@settitle /m.test(excerpt)) return likely('text/x-texinfo');
  const commands = inked.filter((line) =>
    /^\\(?:section|subsection|chapter|usepackage|newcommand|def|begin|end|item|input|include|title|author|label|hbox|font|magnification|NeedsTeXFormat|ProvidesPackage|RequirePackage|bye)\b/.test(
      line,
    ),
  ).length;
  return commands >= 3 && commands * 10 >= inked.length ? likely('text/x-tex') : undefined;
}

function gettext({ excerpt, extension }: Page): Guess | undefined {
  if (!/^(?:#|msgid |msgctxt |domain )/.test(excerpt) || !excerpt.includes('msgid "')) return undefined;
  return /^msgid "[^\n]*\r?\n(?:"[^\n]*\r?\n){0,20}msgstr "/m.test(excerpt)
    ? certain(`text/x-gettext-translation${extension === 'pot' ? '-template' : ''}`)
    : undefined;
}

function turtle({ excerpt, body }: Page): Guess | undefined {
  if (!/^(?:@prefix|@base|#|PREFIX|<)/i.test(body)) return undefined;
  if (/^@(?:prefix\s+[\w-]*:\s*<[^>\s]*>|base\s+<[^>\s]*>)\s*\./m.test(excerpt)) return certain('text/turtle');
  if (/^PREFIX\s+[\w-]*:\s*<[^>\s]*>/im.test(excerpt))
    return /\b(?:SELECT|CONSTRUCT|ASK|DESCRIBE)\b/i.test(excerpt)
      ? likely('application/sparql-query')
      : likely('text/turtle');
  return /^<[^>\s]+> <[^>\s]+> (?:<[^>\s]*>|"[^"\n]*"\S*|_:\w+) \.\s*$/m.test(excerpt)
    ? likely('application/n-triples')
    : undefined;
}

const graph = /^(?:\s*(?:\/\/[^\n]*|#[^\n]*)\n){0,20}\s*(?:strict\s+)?(?:di)?graph\b[^\n{]{0,200}\{/i;

function graphviz({ body }: Page): Guess | undefined {
  return /^(?:strict|digraph|graph|\/\/|#)/i.test(body) && graph.test(body.slice(0, 4_096))
    ? likely('text/vnd.graphviz')
    : undefined;
}

function ldif({ body, excerpt }: Page): Guess | undefined {
  if (!/^(?:version: \d|dn::? |#)/i.test(body)) return undefined;
  return /^dn::? \S+=/m.test(excerpt) && /^(?:objectClass|changetype|cn): /im.test(excerpt)
    ? certain('text/x-ldif')
    : undefined;
}

function sgml({ body }: Page): Guess | undefined {
  const type = /^<!DOCTYPE\s+([\w.-]+)/i.exec(body.slice(0, 300))?.[1];
  if (type === undefined || /^html$/i.test(type)) return undefined;
  return /^<!DOCTYPE\s+\S+\s+PUBLIC\s+["'][^"']*(?:\/\/DTD DocBook V?[34]|LinuxDoc|SGML)/i.test(body.slice(0, 400))
    ? likely('text/sgml')
    : undefined;
}

/** Languages for people's documents and for data, in the order in which they are tried. */
export const documents: readonly ((page: Page) => Guess | undefined)[] = [
  troff,
  gettext,
  tex,
  restructured,
  org,
  asciidoc,
  markdown,
  turtle,
  graphviz,
  ldif,
  sgml,
];
