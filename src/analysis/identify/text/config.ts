import { certain, type Guess, likely, type Page } from './reading.ts';

const section = /^\[{1,2}[^[\]]{1,200}\]{1,2}\s*(?:[#;].*)?$/;
const setting = /^[\w"'][^=[\]{}()<>;]{0,80}?\s*=\s*(.*)$/;
const comment = /^[#;]/;
/** A value of TOML. */
const tomlValue =
  /^(?:"|'|\[|\{|(?:true|false)\b|[+-]?(?:\d[\d_]*(?:\.[\d_]+)?(?:e[+-]?\d+)?|0x[\da-f_]+|inf|nan)\s*(?:#.*)?$|\d{4}-\d\d-\d\d|\d\d:\d\d)/i;

/** Settings under `[section]` lines: TOML when all values are as TOML wants them, and some are more than words; else INI. */
export function sections({ body, inked, lines }: Page): Guess | undefined {
  const first = body[0] ?? '';
  if (first === '{' || first === '<') return undefined;
  const special = specialOf(inked);
  if (special !== undefined) return special;
  let headers = 0;
  let settings = 0;
  let typed = 0;
  let quoted = 0;
  let others = 0;
  for (const line of lines) {
    // A line that begins with white space goes on with the value before.
    if (line === '' || comment.test(line) || (settings > 0 && /^\s/.test(line))) continue;
    if (section.test(line)) {
      headers += 1;
      continue;
    }
    const value = line.includes('=') ? setting.exec(line.slice(0, 300))?.[1] : undefined;
    if (value === undefined) others += 1;
    else {
      settings += 1;
      if (tomlValue.test(value)) typed += 1;
      if (/^["'[{]/.test(value)) quoted += 1;
    }
    // Prose is told after a few lines.
    if (others > 3 && others > (settings + headers) * 2) return undefined;
  }
  if (settings < 1 || headers + settings < 2) return undefined;
  if (typed === settings && quoted >= 1 && others <= settings * 2 && (headers > 0 || settings > 2) && isToml(inked))
    return likely('application/toml');
  return headers > 0 && others * 5 <= settings ? likely('text/x-ini') : undefined;
}

const specials: readonly (readonly [RegExp, string])[] = [
  [/^\[Desktop Entry\]/, 'application/x-desktop'],
  [/^\[InternetShortcut(?:\.[AW])?\]/i, 'application/x-mswinurl'],
  [/^\[playlist\]/i, 'audio/x-scpls'],
  [/^\[(?:Unit|Service|Install)\]/, 'text/x-systemd-unit'],
];

/** Formats that have their name in the first section. */
function specialOf(inked: readonly string[]): Guess | undefined {
  const header = inked.slice(0, 60).find((line) => !comment.test(line));
  if (header?.startsWith('[') !== true) return undefined;
  const found = specials.find(([form]) => form.test(header));
  return found && certain(found[1]);
}

/** TOML has no comments with `;`, no statements, and no lines that are neither settings nor parts of lists. */
function isToml(lines: readonly string[]): boolean {
  return !lines.some((line) => /^;|[;{]$|^(?:var|let|const|my|local|import|from|def|export)\s/.test(line));
}

const yamlLine =
  /^(?:\s*#.*|\s*- .*|\s*-\s*|\s*["']?[\w./$ @*<-][^:#{}();=]{0,100}:(?: .*)?\s*|---(?: .*)?|\.\.\.|\s*)$/;
const yamlKey = /^(\s*)(?:- )?["']?[A-Za-z_$.][\w./$@-]*["']?:(?:\s+(.*))?$/;

/** YAML, by its directive, or when all lines are YAML and some of them are nested. */
export function yaml({ body, lines, truncated }: Page): Guess | undefined {
  if (body.startsWith('%YAML ')) return certain('application/yaml');
  const marked = /^---(?: .*)?\r?\n/.test(body);
  if (!marked && !/^(?:#[^\r\n]*[\r\n]\s*){0,60}["']?[\w.$@-]{1,60}["']?:(?:\s|$)|^- [\w"']/.test(body.slice(0, 4_096)))
    return undefined;
  const inner = truncated || lines.length === 0 ? lines : lines.slice(0, lines.at(-1) === '' ? -1 : undefined);
  const { keys, nested, strange, texts } = tally(inner);
  if (strange > 0) return undefined;
  if (marked) return lines.length > 2 && keys > 0 ? likely('application/yaml') : undefined;
  return keys >= 2 && nested >= 1 && texts * 3 <= keys ? likely('application/yaml') : undefined;
}

/** Counts the keys, those with something nested below, lines that YAML does not have, and values that are sentences. */
function tally(lines: readonly string[]) {
  let keys = 0;
  let nested = 0;
  let strange = 0;
  let texts = 0;
  /** Lines that are deeper than this belong to a block of text. */
  let blockDepth = Number.POSITIVE_INFINITY;
  let open = -1;
  for (const line of lines) {
    if (line.trim() === '') continue;
    // YAML is not indented with tabs; a makefile is.
    if (line.startsWith('\t')) strange += 1;
    const depth = line.length - line.trimStart().length;
    if (depth > blockDepth) continue;
    blockDepth = Number.POSITIVE_INFINITY;
    if (open >= 0 && (depth > open || (depth === open && line.trimStart().startsWith('- ')))) nested += 1;
    open = -1;
    const key = yamlKey.exec(line.slice(0, 400));
    if (key !== null) {
      keys += 1;
      const value = key[2] ?? '';
      if (value === '' || value.startsWith('#')) open = depth;
      if (/^[|>][-+\d]*\s*(?:#.*)?$/.test(value)) blockDepth = depth;
      if (/^["']?[A-Z][\w,' -]{40,}[.!?]$/.test(value)) texts += 1;
    } else if (!yamlLine.test(line.slice(0, 400)) && !/^\s+\S/.test(line)) strange += 1;
  }
  return { keys, nested, strange, texts };
}

const property = /^[\w$-]+(?:\.[\w$-]+)+\s*[=:]/;
const assignment = /^[\w$-]+ ?= ?/;

/** Java properties, whose keys have dots, or which are just keys and values. */
export function properties({ inked, body }: Page): Guess | undefined {
  const first = body[0] ?? '';
  if (first === '<' || first === '{' || first === '[') return undefined;
  let matching = 0;
  let all = 0;
  let isContinued = false;
  for (const line of inked) {
    const continues = isContinued;
    isContinued = line.endsWith('\\');
    if (continues || /^[#!]/.test(line)) continue;
    all += 1;
    if (property.test(line)) matching += 1;
    else if (!assignment.test(line) || /[;{]$/.test(line)) return undefined;
  }
  return (matching >= 2 && matching * 2 >= all) || all >= 4 ? likely('text/x-java-properties') : undefined;
}
