/** Subtitles and lyrics. */
export const subtitleTypes: readonly string[] = [
  'application/x-subrip',
  'text/vtt',
  'text/x-ssa',
  'text/x-microdvd',
  'text/x-mpl2',
  'text/x-subviewer',
  'text/x-lrc',
  'application/x-sami',
  'application/ttml+xml',
];
