const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Counts the columns of a text on a terminal. */
export function displayWidth(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: printable ASCII needs no segmentation
  if (/^[\u0000-\u007f]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

/** Shortens a text that is too wide to its beginning and its end, because both matter in a file name. */
export function cutText(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const segments = [...graphemes.segment(text)].map(({ segment }) => segment);
  const tail = leading(segments.toReversed(), Math.floor((width - 1) / 3));
  const head = leading(segments, width - 1 - displayWidth(tail.join('')));
  return `${head.join('')}…${tail.toReversed().join('')}`;
}

/** Breaks a text at its spaces into lines of at most this width; a longer word stays whole, to be copied. */
export function wrapText(text: string, width: number): string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && displayWidth(line) + 1 + displayWidth(word) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function leading(segments: readonly string[], width: number): string[] {
  let taken = 0;
  const end = segments.findIndex((segment) => {
    taken += widthOf(segment);
    return taken > width;
  });
  return segments.slice(0, end);
}

function widthOf(segment: string): number {
  return wide.test(segment) ? 2 : 1;
}
