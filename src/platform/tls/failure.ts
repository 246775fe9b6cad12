import type { Reason } from '#domain/errors.ts';

/** OpenSSL's verdicts on a certificate, and Node.js's on the name in it. */
const distrust =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)/;

/** A channel reports a failed connection as text only, so the text begins with a reason of the catalogue. */
export function tlsFailure(error: Error & { code?: string }, host: string): string {
  const { code = '' } = error;
  if (distrust.test(code)) return told('TLS_UNTRUSTED', `The certificate of ${host} is not trusted: ${words(error)}.`);
  return told('TLS_REFUSED', `No TLS connection to ${host}: ${words(error)}.`);
}

function told(reason: Reason, message: string): string {
  return `${reason}: ${message}`;
}

/** OpenSSL's errors begin with numbers and names of its sources. */
function words({ message, code }: Error & { code?: string }): string {
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'what answers there does not speak TLS';
  const plain = /(?:SSL routines:[^:]*:|error:[^:]*:)([^:]+)/.exec(message)?.[1] ?? message;
  return plain.replace(/\.$/, '');
}
