import { withoutComments } from './comments.ts';
import { type Language, languages } from './languages.ts';
import { measureProse } from './prose.ts';
import { type Guess, likely, type Page } from './reading.ts';

const maxLines = 200;
const maxLength = 200;

interface Score {
  readonly language: Language;
  readonly own: number;
  readonly matching: number;
  readonly points: number;
}

/** Source code without a telling name: most lines fit one language, some of them this language alone, and few are prose. */
export function code(page: Page): Guess | undefined {
  if (!mayBeCode(page.inked.slice(0, 100))) return undefined;
  const lines = withoutComments(page.inked, maxLines, maxLength);
  if (lines.length === 0) return undefined;
  const best = bestOf(scoresOf(lines, languages));
  if (best === undefined || best.matching * 5 < lines.length) return undefined;
  // A few lines must all fit.
  if (best.points < 5 && best.matching * 3 < lines.length * 2) return undefined;
  const { prose } = measureProse(lines.filter((line) => !best.language.own.test(line.slice(0, maxLength))));
  return prose * 4 > lines.length ? undefined : likely(best.language.mime);
}

/** How lines of source code begin or end. */
const codeStart =
  /^(?:[({}[#%@.$`:|\\]|--|\/[/*]|(?:import|from|use|using|package|module|require|include|program|set|end|proc|spawn|expect|data|def|class|function|local|var|let|const|public|private|static|void|int|struct|type|library|if|FROM|RUN|COPY|CMD|ENV|WORKDIR|ENTRYPOINT|EXPOSE|DELETE|INSERT|SELECT|CREATE|ALTER|DROP|select|create|insert|tell|IDENTIFICATION)\b|[GM]\d|dnl\b|[\w.]+\s*(?::|=|<-)|-?\w+\()/;
const codeEnd = /[;{}:)\\]$|->$|\bDIVISION\.$|\bdivision\.$/;

function mayBeCode(lines: readonly string[]): boolean {
  let seen = 0;
  for (const line of lines) if (codeStart.test(line) || codeEnd.test(line)) seen += 1;
  return seen * 5 > lines.length;
}

/** Whether some line is of this language, of which `mime` is the type. */
export function shows(mime: string, inked: readonly string[]): boolean {
  const language = languages.find((each) => each.mime === mime);
  return language !== undefined && inked.slice(0, maxLines).some((line) => language.own.test(line.slice(0, maxLength)));
}

export function isLanguage(mime: string): boolean {
  return languages.some((each) => each.mime === mime);
}

/** The one of these types that most lines fit; undefined if none fits any. */
export function bestLanguage(mimes: readonly string[], inked: readonly string[]): string | undefined {
  const among = languages.filter(({ mime }) => mimes.includes(mime));
  return bestOf(scoresOf(inked.slice(0, maxLines), among))?.language.mime;
}

function scoresOf(lines: readonly string[], among: readonly Language[]): readonly Score[] {
  const scores = new Map(among.map((language) => [language.mime, scoreOf(language, lines)]));
  return [...scores.values()].map((score) => {
    const base =
      score.own > 0 && score.language.base !== undefined ? baseScore(score.language.base, lines, scores) : undefined;
    if (base === undefined) return score;
    return { ...score, matching: score.matching + base.matching, points: score.points + base.points };
  });
}

function baseScore(mime: string, lines: readonly string[], scores: ReadonlyMap<string, Score>): Score | undefined {
  const known = scores.get(mime);
  if (known !== undefined) return known;
  const language = languages.find((each) => each.mime === mime);
  return language && scoreOf(language, lines);
}

function scoreOf(language: Language, lines: readonly string[]): Score {
  let own = 0;
  let shared = 0;
  for (const line of lines) {
    const start = line.length > maxLength ? line.slice(0, maxLength) : line;
    if (language.own.test(start)) own += 1;
    else if (language.shared?.test(start) === true) shared += 1;
  }
  return { language, own, matching: own + shared, points: own * 3 + shared };
}

function bestOf(scores: readonly Score[]): Score | undefined {
  let best: Score | undefined;
  for (const score of scores) if (score.own > 0 && score.points > (best?.points ?? 0)) best = score;
  return best;
}
