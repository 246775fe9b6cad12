import { createHash } from 'node:crypto';
import type { Analyzer } from '#domain/analysis.ts';

/** SHA-256 (FIPS 180-4) of all bytes, as 64 lower-case hex digits; OpenSSL does the work. */
export const sha256: Analyzer = {
  name: 'sha256',
  version: '1',
  start() {
    const hash = createHash('sha256');
    return {
      update: (chunk) => {
        hash.update(chunk);
      },
      finish: () => ({ sha256: hash.digest('hex') }),
    };
  },
};
