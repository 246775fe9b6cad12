import { withoutComments } from './comments.ts';

/** A line that begins so is a comment in some language. */
const comment = /^(?:#|\/\/|\/?\*|--|;|%|'|!|"|REM\b|\(\*|\{-|<!--|C\s|\.\.|dnl\b)/i;
/** Letters, and the marks of sentences. */
const sentence = /^[\p{L}\p{M}\d\s,.;:!?'"()’‘“”„«»–—…-]+$/u;
const codeLike = /[{}=<>[\]|\\$@#^~`]|[;{]$|\w\(|::|->|^\w+:$|_\w|:\/\/|\s--?\w/;

/** How many of the lines are prose, and how many are more like code. Comments are neither. */
export function measureProse(inked: readonly string[]): { prose: number; code: number } {
  let prose = 0;
  let code = 0;
  for (const line of inked) {
    const start = line.slice(0, 300);
    if (comment.test(start)) continue;
    if (codeLike.test(start)) code += 1;
    else if (sentence.test(start) && start.split(/\s+/, 4).length === 4) prose += 1;
  }
  return { prose, code };
}

/** Whether people are meant to read these lines, whatever the name of the file says. */
export function isProse(inked: readonly string[]): boolean {
  const lines = withoutComments(inked, 200, 300);
  const { prose, code } = measureProse(lines);
  return prose >= 1 && code * 4 <= prose && prose * 2 >= lines.length;
}
