import { instruments } from './instruments.ts';

interface OperationLabels {
  readonly 'db.system.name': string;
  readonly 'db.operation.name': string;
}

/** Measures the statements of a store under the names that the code gives them, of which there are few. */
export class OperationTimer {
  readonly #system: string;
  readonly #labels = new Map<string, OperationLabels>();

  constructor(system: 'postgresql' | 'redis') {
    this.#system = system;
  }

  /** @param name undefined for statements without one */
  worked(name: string | undefined, beganAt: number): void {
    instruments.operationDuration.record(secondsSince(beganAt), this.#labelsOf(name));
  }

  /** @param code the store's own; undefined when it did not answer */
  failed(name: string | undefined, beganAt: number, code: string | undefined): void {
    const type = code ?? 'AWAY';
    instruments.operationDuration.record(secondsSince(beganAt), { ...this.#labelsOf(name), 'error.type': type });
  }

  /** One object for each name, however often it is used. */
  #labelsOf(name = 'unnamed'): OperationLabels {
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    const labels = { 'db.system.name': this.#system, 'db.operation.name': name };
    this.#labels.set(name, labels);
    return labels;
  }
}

function secondsSince(beganAt: number): number {
  return (performance.now() - beganAt) / 1_000;
}
