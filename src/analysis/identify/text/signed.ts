import { certain, type Guess, type Page } from './reading.ts';

/**
 * Types that begin with a signature: its first characters in lower case, by which the row is found, and an expression for all
 * of it. White space before it does not matter.
 */
const signatures: readonly (readonly [start: string, signature: RegExp, mime: string])[] = [
  ['{\\rtf', /^\{\\rtf(?:\d|\\)/, 'application/rtf'],
  ['%!ps', /^%!PS-Adobe(?:Font-\d|-\d\.\d Resource-Font)/, 'application/x-font-type1'],
  ['%!font', /^%!FontType1/, 'application/x-font-type1'],
  ['%!ps', /^%!PS(?:-|\s|$)/, 'application/postscript'],
  ['%!', /^%!(?:\s*\n|\s+PS-Adobe)/, 'application/postscript'],
  ['\u0004%!ps', /^.%!PS/, 'application/postscript'],
  ['\u001b%-12345x', /^.%-12345X/, 'application/vnd.hp-pcl'],
  ['\u001e{', /^.\{\s*"/, 'application/json-seq'],
  ['%fdf-', /^%FDF-\d/, 'application/vnd.fdf'],
  ['begin:vcard', /^BEGIN:VCARD\s/i, 'text/vcard'],
  ['begin:vcalendar', /^BEGIN:VCALENDAR\s/i, 'text/calendar'],
  ['webvtt', /^WEBVTT(?:[ \t].*)?(?:\r|\n|$)/, 'text/vtt'],
  ['[script info]', /^\[Script Info\]/i, 'text/x-ssa'],
  ['#extm3u', /^#EXTM3U(?=[\s\S]{0,4096}\n#EXT-X-)/, 'application/vnd.apple.mpegurl'],
  ['#extm3u', /^#EXTM3U/, 'audio/x-mpegurl'],
  ['regedit4', /^REGEDIT4\s/, 'text/x-ms-regedit'],
  ['windows registry', /^Windows Registry Editor Version \d/, 'text/x-ms-regedit'],
  ['startfont ', /^STARTFONT \d/, 'application/x-font-bdf'],
  ['startfontmetrics', /^StartFontMetrics \d/, 'application/x-font-afm'],
  ['splinefontdb:', /^SplineFontDB: \d/, 'application/x-font-sfd'],
  ['warc/', /^WARC\/[01]\.\d+\r?\n/, 'application/warc'],
  ['id;p', /^ID;P/, 'application/x-sylk'],
  ['table', /^TABLE\r?\n0,1\r?\n"/, 'application/x-dif'],
  ['=ybegin ', /^=ybegin (?:part=\d+ )?(?:total=\d+ )?line=\d+/, 'text/x-yenc'],
  ['begin ', /^begin(?:-base64)? [0-7]{3,4} \S/, 'text/x-uuencode'],
  ['(this file must', /^\(This file must be converted with BinHex/, 'application/mac-binhex40'],
  ['p1', /^P1\s*(?:#[^\r\n]*[\r\n]\s*)*\d+\s+\d+\s+[01\s]{4}/, 'image/x-portable-bitmap'],
  ['p2', /^P2\s*(?:#[^\r\n]*[\r\n]\s*)*\d+\s+\d+\s+(?:#[^\r\n]*[\r\n]\s*)?\d+\s+\d/, 'image/x-portable-graymap'],
  ['p3', /^P3\s*(?:#[^\r\n]*[\r\n]\s*)*\d+\s+\d+\s+(?:#[^\r\n]*[\r\n]\s*)?\d+\s+\d/, 'image/x-portable-pixmap'],
  ['#define ', /^#define \S+_width\s+\d+\s+#define \S+_height\s+\d+/, 'image/x-xbitmap'],
  ['/*', /^\/\* XPM \*\//, 'image/x-xpixmap'],
  ['! xpm2', /^! XPM2/, 'image/x-xpixmap'],
  ['#fig ', /^#FIG \d/, 'image/x-xfig'],
  ['#vrml ', /^#VRML V\d/, 'model/vrml'],
  ['#x3d ', /^#X3D V\d/, 'model/x3d-vrml'],
  ['#usda ', /^#usda \d/, 'model/vnd.usda'],
  ['iso-10303-21', /^ISO-10303-21;/, 'model/step'],
  ['ply', /^ply\r?\n(?:comment[^\r\n]*[\r\n]+)*format ascii/, 'model/x-ply'],
  ['solid', /^solid\b[^\r\n]{0,200}[\r\n]\s{0,80}(?:facet\s+normal|endsolid)\b/i, 'model/stl'],
  ['off', /^OFF\s+(?:#[^\r\n]*[\r\n]\s*)*\d+\s+\d+\s+\d+\s/, 'model/x-off'],
  ['0', /^0\r?\n\s*SECTION\r?\n\s*2\r?\n/, 'image/vnd.dxf'],
  ['999', /^999\r?\n.*\r?\n\s*0\r?\n\s*SECTION\r?\n/, 'image/vnd.dxf'],
  ['##fileformat=vcf', /^##fileformat=VCFv\d/, 'text/x-vcf'],
  ['@hd', /^@HD\tVN:\d/, 'text/x-sam'],
  ['header ', /^HEADER {4,}[A-Z]/, 'chemical/x-pdb'],
  ['locus ', /^LOCUS {3,}\S+\s+\d+ (?:bp|aa)\b/, 'chemical/x-genbank'],
  ['envi', /^ENVI\s+(?:description|samples|;)/i, 'text/x-envi-header'],
  ['# hg changeset', /^# HG changeset patch/, 'text/x-diff'],
  ['head', /^head\s+[\d.]+;\s+(?:branch.*\s+)?access/, 'text/x-rcs'],
  ['putty-user', /^PuTTY-User-Key-File-\d/, 'application/x-ssh-key'],
  ['----', /^---- BEGIN SSH2 /, 'application/x-ssh-key'],
  ['ssh-', /^ssh-(?:rsa|dss|ed25519) AAAA[\w+/]/, 'application/x-ssh-key'],
  ['ecdsa-', /^ecdsa-sha2-\S+ AAAA[\w+/]/, 'application/x-ssh-key'],
  ['%yaml', /^%YAML \d/, 'application/yaml'],
  ['<mif', /^<MIFFile\s/, 'application/x-mif'],
  ['(* content', /^\(\* Content-type: application\/(?:vnd\.wolfram\.)?mathematica/i, 'application/mathematica'],
  ['(***', /^\(\*{10,}\s+Content-type: application\/mathematica/i, 'application/mathematica'],
  ['cache manifest', /^CACHE MANIFEST\s/, 'text/cache-manifest'],
  ['manifest-version', /^Manifest-Version: \d/, 'text/x-java-manifest'],
  ['*ppd-adobe', /^\*PPD-Adobe:/, 'text/x-postscript-printer-description'],
  ['\\input texinfo', /^\\input texinfo/, 'text/x-texinfo'],
  ['\\documentclass', /^\\documentclass\b/, 'text/x-tex'],
  ['\\documentstyle', /^\\documentstyle\b/, 'text/x-tex'],
  ['[event ', /^\[Event "[^"]*"\]\s+\[\w+ "/, 'application/x-chess-pgn'],
  ['ty', /^TY {2}- [A-Z]{3,}\s+[A-Z][A-Z\d] {2}- /, 'application/x-research-info-systems'],
];

const byFirst = new Map<string, (typeof signatures)[number][]>();
for (const row of signatures) {
  const first = row[0][0] as string;
  byFirst.set(first, [...(byFirst.get(first) ?? []), row]);
}

export function signed({ body }: Page): Guess | undefined {
  const rows = byFirst.get((body[0] ?? '').toLowerCase());
  if (rows === undefined) return undefined;
  const start = body.slice(0, 24).toLowerCase();
  for (const [prefix, signature, mime] of rows)
    if (start.startsWith(prefix) && signature.test(body.slice(0, 8_192))) return certain(mime);
  return undefined;
}

/** What a `#!` line names, without a version. */
const interpreters: Readonly<Record<string, string>> = {
  sh: 'text/x-shellscript',
  bash: 'text/x-shellscript',
  dash: 'text/x-shellscript',
  zsh: 'text/x-shellscript',
  ksh: 'text/x-shellscript',
  mksh: 'text/x-shellscript',
  ash: 'text/x-shellscript',
  bats: 'text/x-shellscript',
  csh: 'text/x-csh',
  tcsh: 'text/x-csh',
  fish: 'text/x-fish',
  python: 'text/x-python',
  pypy: 'text/x-python',
  node: 'text/javascript',
  nodejs: 'text/javascript',
  bun: 'text/javascript',
  deno: 'text/javascript',
  'ts-node': 'text/x-typescript',
  tsx: 'text/x-typescript',
  perl: 'text/x-perl',
  ruby: 'text/x-ruby',
  jruby: 'text/x-ruby',
  php: 'text/x-php',
  awk: 'text/x-awk',
  gawk: 'text/x-awk',
  mawk: 'text/x-awk',
  nawk: 'text/x-awk',
  sed: 'text/x-sed',
  lua: 'text/x-lua',
  luajit: 'text/x-lua',
  texlua: 'text/x-lua',
  pwsh: 'application/x-powershell',
  osascript: 'text/x-applescript',
  tclsh: 'text/x-tcl',
  wish: 'text/x-tcl',
  expect: 'text/x-tcl',
  rscript: 'text/x-r',
  julia: 'text/x-julia',
  make: 'text/x-makefile',
  groovy: 'text/x-groovy',
  scala: 'text/x-scala',
  kotlin: 'text/x-kotlin',
  swift: 'text/x-swift',
  elixir: 'text/x-elixir',
  escript: 'text/x-erlang',
  runhaskell: 'text/x-haskell',
  runghc: 'text/x-haskell',
  stack: 'text/x-haskell',
  ocaml: 'text/x-ocaml',
  crystal: 'text/x-crystal',
  dart: 'text/x-dart',
  guile: 'text/x-scheme',
  racket: 'text/x-scheme',
  sbcl: 'text/x-common-lisp',
  clisp: 'text/x-common-lisp',
  emacs: 'text/x-emacs-lisp',
  clojure: 'text/x-clojure',
  bb: 'text/x-clojure',
  swipl: 'text/x-prolog',
  rexx: 'text/x-rexx',
  gnuplot: 'text/x-gnuplot',
  nft: 'text/x-nftables',
  nu: 'text/x-nushell',
};
/** A line may name `constructor`, which every object has. */
const typeByInterpreter = new Map(Object.entries(interpreters));

export function shebang({ text }: Page): Guess | undefined {
  if (!text.startsWith('#!')) return undefined;
  const line = /^#![^\r\n]{0,255}/.exec(text)?.[0] ?? '';
  for (const word of line.slice(2).trim().split(/\s+/)) {
    const name = word.slice(word.lastIndexOf('/') + 1).toLowerCase();
    const known = typeByInterpreter.get(name) ?? typeByInterpreter.get(name.replace(/[-\d.]+$/, ''));
    if (known !== undefined) return certain(known);
  }
  return undefined;
}
