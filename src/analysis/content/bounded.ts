/** A text from a file, made fit for JSON and PostgreSQL: at most `most` UTF-16 code units, well-formed, and without NUL. */
export function bounded(text: string, most: number): string {
  return text.slice(0, most).toWellFormed().replaceAll('\0', '\ufffd');
}
