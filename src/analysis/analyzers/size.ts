import type { StreamAnalyzer } from '#domain/analysis.ts';

/** The number of bytes that were read, whatever the record says. */
export const size: StreamAnalyzer = {
  name: 'size',
  version: '1',
  needs: [],
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
