import type { Analyzer } from '#domain/analysis.ts';

/** The bytes that were really read, whatever the record says. */
export const size: Analyzer = {
  name: 'size',
  version: '1',
  start() {
    let bytes = 0;
    return {
      update: (chunk) => {
        bytes += chunk.length;
      },
      finish: () => ({ size: bytes }),
    };
  },
};
