/** Comments that go over lines, by how they begin, and how they end. */
const blocks: readonly (readonly [string, string])[] = [
  ['/*', '*/'],
  ['<!--', '-->'],
  ['{-', '-}'],
  ['(*', '*)'],
  ['```', '```'],
];
const commentLine =
  /^(?:\/\/|#(?![a-z!])(?!\s*(?:include|define|if|ifdef|ifndef|pragma|endif|undef)\b)|--\s|;|%\s|'|REM\b|\*\s)/i;

/** The lines without comments, and without the blocks in which Markdown quotes code. Long lines are cut behind statements. */
export function withoutComments(inked: readonly string[], maxLines: number, maxLength: number): readonly string[] {
  const lines: string[] = [];
  let end: string | undefined;
  for (const line of inked) {
    if (lines.length >= maxLines) break;
    if (end !== undefined) {
      if (line.includes(end)) end = undefined;
      continue;
    }
    const block = blocks.find(([begin]) => line.startsWith(begin));
    if (block !== undefined) {
      if (!line.includes(block[1], block[0].length)) end = block[1];
    } else if (!commentLine.test(line)) {
      if (line.length > 2 * maxLength)
        lines.push(
          ...line
            .slice(0, 8_192)
            .split(/(?<=[;{}])/)
            .filter((part) => part !== ''),
        );
      else lines.push(line);
    }
  }
  return lines.slice(0, maxLines);
}
