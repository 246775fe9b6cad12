/** In the order in which they are preferred. */
export const codings = ['br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** The best of what is offered that `Accept-Encoding` allows (RFC 9110, section 12.5.3); undefined: as it is. */
export function chooseCoding(accepted: string | undefined, offered: (coding: Coding) => boolean): Coding | undefined {
  const weights = new Map<string, number>();
  for (const member of (accepted ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(name, weight === undefined ? 1 : Number(weight));
  }
  return codings.find((coding) => offered(coding) && (weights.get(coding) ?? weights.get('*') ?? 0) > 0);
}
