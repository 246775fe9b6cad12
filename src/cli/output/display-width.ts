import stringWidth from 'fast-string-width';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Counts the columns of a text on a terminal. */
export function displayWidth(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: printable ASCII needs no segmentation
  return /^[\u0000-\u007f]*$/.test(text) ? text.length : stringWidth(text);
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
    taken += displayWidth(segment);
    return taken > width;
  });
  return segments.slice(0, end);
}
