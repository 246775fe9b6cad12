import { createHash } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';
import type { IHasher } from 'hash-wasm';
import type { HashName, StreamAnalyzer } from '#domain/analysis.ts';

/** A hash of what it was shown. */
interface RunningHash {
  update(chunk: Uint8Array): void;
  /** Lower-case hex digits. */
  digest(): string;
}

/** The hashes of all bytes that a worker asks for beside SHA-256. */
export function hashesAnalyzer(names: readonly HashName[]): StreamAnalyzer {
  return {
    name: 'hashes',
    version: '1',
    needs: [],
    finds: 'hashes',
    async prepare() {
      if (names.includes('blake3')) blake3 ??= await (await import('hash-wasm')).createBLAKE3();
    },
    start() {
      const running = names.map((name) => [name, starts[name]()] as const);
      return {
        update: (chunk) => {
          for (const [, hash] of running) hash.update(chunk);
        },
        finish: () => nothing,
        find: () => Object.fromEntries(running.map(([name, hash]) => [name, hash.digest()])),
      };
    },
  };
}

const nothing = {};

/** One in a thread, which hashes one file at a time. */
let blake3: IHasher | undefined;

const starts: Readonly<Record<HashName, () => RunningHash>> = {
  md5: () => byOpenSsl('md5'),
  sha1: () => byOpenSsl('sha1'),
  sha512: () => byOpenSsl('sha512'),
  blake3() {
    if (blake3 === undefined) throw new Error('The analyser "hashes" was not prepared.');
    return blake3.init();
  },
  crc32c() {
    let sum = 0;
    return {
      update: (chunk) => {
        sum = crc32c(chunk, sum);
      },
      digest: () => sum.toString(16).padStart(8, '0'),
    };
  },
};

function byOpenSsl(name: 'md5' | 'sha1' | 'sha512'): RunningHash {
  const hash = createHash(name);
  return {
    update: (chunk) => {
      hash.update(chunk);
    },
    digest: () => hash.digest('hex'),
  };
}
