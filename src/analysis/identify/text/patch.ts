import { certain, type Guess, likely, type Page } from './reading.ts';

const hunk = String.raw`@@+ -\d+(?:,\d+)? .{0,60}\+\d`;
const unified = new RegExp(String.raw`^--- \S.*\r?\n\+\+\+ \S.*\r?\n${hunk}`, 'm');
const context = /^\*\*\* \S.*\r?\n--- \S.*\r?\n\*{15}\r?\n\*\*\* \d/m;
const git =
  /^diff --git [^\r\n]{3,600}\r?\n(?:old mode|new file|deleted file|index |similarity|rename |copy |--- |Binary)/m;
const subversion = /^Index: \S.*\r?\n={60,}\r?\n/m;
const plain = /^\d+(?:,\d+)?[acd]\d+(?:,\d+)?\r?\n[<>] /;
const command = /^diff (?:-\S+ )+\S+ \S+\r?\n/;

/** A sticky expression looks at one place, and does not search. */
const atStart = [unified, context, git, subversion, plain, command].map(
  ({ source, flags }) => new RegExp(source, `${flags}y`),
);

/** Patches: unified, context and plain ones, and those of git, Subversion and Mercurial. */
export function patch({ body, excerpt }: Page): Guess | undefined {
  const first = body[0] ?? '';
  if ('d-*I0123456789o'.includes(first)) {
    const start = body.slice(0, 2_048);
    const isPatch = atStart.some((form) => {
      form.lastIndex = 0;
      return form.test(start);
    });
    if (isPatch) return certain('text/x-diff');
  }
  if (!excerpt.includes('\n--- ') && !excerpt.includes('\ndiff --git ')) return undefined;
  const found = [unified, context, git].map((form) => form.exec(excerpt)?.index ?? -1).find((index) => index >= 0);
  // A document may quote a patch.
  return found === undefined || excerpt.slice(0, found).includes('```') ? undefined : likely('text/x-diff');
}
