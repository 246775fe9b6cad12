import { createHash, hash } from 'node:crypto';
import type { StreamAnalyzer, StreamAnalyzerRun } from '#domain/analysis.ts';

/** The SHA-256 (FIPS 180-4) of all bytes, as 64 lower-case hex digits, by OpenSSL. */
export const sha256: StreamAnalyzer = {
  name: 'sha256',
  version: '1',
  needs: [],
  start({ head, whole }) {
    if (whole) return inOneCall(head);
    const hash = createHash('sha256');
    return {
      update: (chunk) => {
        hash.update(chunk);
      },
      finish: () => ({ sha256: hash.digest('hex') }),
    };
  },
};

/** For a small file, creating a hash object would cost more than hashing. */
function inOneCall(bytes: Uint8Array): StreamAnalyzerRun {
  const sha256 = hash('sha256', bytes);
  return { update() {}, finish: () => ({ sha256 }) };
}
