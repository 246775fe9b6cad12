import type { Reading } from './reading.ts';

/** Texts that say what they are in their first line. */
export const signed: readonly Reading[] = [
  startingWith('text/x-shellscript', /^#!.*[/ ](?:ba|da|z|k|a)?sh\b/),
  startingWith('text/x-python', /^#!.*[/ ]python[\d.]*\b/),
  startingWith('text/javascript', /^#!.*[/ ](?:node|deno|bun)\b/),
  startingWith('text/x-perl', /^#!.*[/ ]perl\b/),
  startingWith('text/x-ruby', /^#!.*[/ ]ruby\b/),
  startingWith('text/x-php', /^(?:#!.*\n)?<\?php\s/),
  startingWith('application/rtf', /^\{\\rtf\d/),
  startingWith('application/postscript', /^%!PS/),
  startingWith('text/vcard', /^BEGIN:VCARD\r?\n/i),
  startingWith('text/calendar', /^BEGIN:VCALENDAR\r?\n/i),
  startingWith('text/vtt', /^WEBVTT(?:[ \t].*)?(?:\r?\n|$)/),
  startingWith('text/x-diff', /^(?:diff --git \S+ \S+\n|--- \S.*\n\+\+\+ \S.*\n@@ )/),
];

function startingWith(mime: string, signature: RegExp): Reading {
  return { mime, extensions: [], judge: ({ text }) => (signature.test(text) ? 'certain' : 'no') };
}
