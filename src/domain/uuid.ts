const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID as RFC 9562 writes it. Anything else can be the id of nothing. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
