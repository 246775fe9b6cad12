import { z } from 'zod';

/** Paths of PEM files. Every process has these settings: those with a listener, and those that only call others. */
export const tlsSettings = {
  /** The certificate, followed by its intermediates. A listener serves it; a client presents it to whoever asks for one. */
  tlsCert: z.string().optional(),
  /** Its private key, without a passphrase. */
  tlsKey: z.string().optional(),
  /** With it, the listener refuses clients without a certificate that one of these CAs has signed. */
  tlsClientCa: z.string().optional(),
  /** The CAs that a client trusts, in place of those of the system. */
  tlsCa: z.string().optional(),
} as const;

export type TlsSettings = z.infer<z.ZodObject<typeof tlsSettings>>;
