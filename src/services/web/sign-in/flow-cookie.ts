import { z } from 'zod';

/** What one sign-in has to remember until the provider sends the browser back. */
const flowSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  /** Of PKCE. */
  verifier: z.string(),
  /** Where the page was, relative to the base URL. */
  to: z.string(),
});

export type Flow = z.infer<typeof flowSchema>;

const names = { tls: '__Host-filemill-sign-in', clear: 'filemill-sign-in' } as const;
const lastsSeconds = 600;

/**
 * SameSite=Lax, since the provider's site sends the browser back. The cookie proves nothing by itself: it only ties the
 * answer of the provider to the browser that asked.
 *
 * @param flow undefined removes the cookie
 */
export function flowCookie(flow: Flow | undefined, overTls: boolean): string {
  const value = flow === undefined ? '' : Buffer.from(JSON.stringify(flow)).toString('base64url');
  const age = flow === undefined ? 0 : lastsSeconds;
  const secure = overTls ? '; Secure' : '';
  return `${overTls ? names.tls : names.clear}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure}`;
}

export function readFlow(cookies = '', overTls: boolean): Flow | undefined {
  const name = overTls ? names.tls : names.clear;
  const pair = cookies.split('; ').find((one) => one.startsWith(`${name}=`));
  try {
    return flowSchema.parse(JSON.parse(Buffer.from(pair?.slice(name.length + 1) ?? '', 'base64url').toString()));
  } catch {
    return undefined;
  }
}
