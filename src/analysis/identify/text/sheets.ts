import { certain, type Guess, likely, type Page } from './reading.ts';

const cueLine =
  /^(?:REM |CATALOG |PERFORMER |TITLE |FILE |TRACK |INDEX |FLAGS |ISRC |SONGWRITER |PREGAP |POSTGAP |CDTEXTFILE )/i;

/** Lists of what to play that have no signature: cue sheets, and M3U without its first line. */
export function sheets(page: Page): Guess | undefined {
  const { body, extension } = page;
  if (/^(?:REM|CATALOG|PERFORMER|TITLE|FILE) /i.test(body.slice(0, 12)) && isCue(page.inked))
    return certain('application/x-cue');
  if (extension !== 'm3u' && extension !== 'm3u8') return undefined;
  return likely(extension === 'm3u8' ? 'application/vnd.apple.mpegurl' : 'audio/x-mpegurl');
}

function isCue(lines: readonly string[]): boolean {
  const start = lines.slice(0, 40);
  return (
    start.some((line) => /^FILE .*\s(?:BINARY|MOTOROLA|AIFF|WAVE|MP3|FLAC)$/i.test(line.slice(0, 500))) &&
    start.some((line) => /^TRACK \d/i.test(line)) &&
    start.every((line) => cueLine.test(line))
  );
}
