import type { BinarySample } from './binary-sample.ts';
import type { Detector } from './detector.ts';

/** Detectors in the order in which they are asked: by the first byte, so that few of them look at each file. */
export class DetectorIndex {
  readonly #byFirstByte: Detector[][] = Array.from({ length: 256 }, () => []);
  /** Those whose signature is not at the beginning, or who have none. */
  readonly #others: Detector[] = [];

  constructor(detectors: readonly Detector[]) {
    for (const detector of detectors) {
      const [first] = detector.magic;
      const list = detector.offset === 0 && first !== undefined ? this.#byFirstByte[first] : this.#others;
      list?.push(detector);
    }
  }

  *matching({ head }: BinarySample): Generator<Detector> {
    for (const detector of this.#byFirstByte[head[0] ?? 0] ?? []) if (matches(detector, head)) yield detector;
    for (const detector of this.#others) if (matches(detector, head)) yield detector;
  }
}

function matches({ magic, offset }: Detector, head: Buffer): boolean {
  const end = offset + magic.length;
  return end <= head.length && magic.compare(head, offset, end) === 0;
}
