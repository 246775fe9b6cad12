import { z } from 'zod';

/**
 * The URL of an OpenID provider, or of its keys. What came in clear text from another machine could be anybody's.
 */
export const issuerUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL' })
  .refine(isTrustworthy, 'must begin with https://, or lie on this machine');

function isTrustworthy(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname ?? '');
}
