const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID in the notation of RFC 9562. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
