import type { Ledger } from './ledger.ts';
import type { Load } from './load.ts';
import type { Random } from './random.ts';
import type { Stack } from './stack.ts';
import type { System } from './system.ts';

/** One row of the table: something that goes wrong, done for real. */
export interface Fault<S extends System = Stack> {
  /** Its row in docs/reliability.md. */
  readonly row: number;
  readonly name: string;
  readonly title: string;
  /** The only kind of store on which it can happen. */
  readonly store?: 'volume' | 's3';
  /** Debian packages that it takes. */
  readonly packages?: readonly string[];
  /** Uploads may be given up: the fault is that they must be refused. */
  readonly refuses?: true;
  /** Before clients upload: changes what has to be as it is from the first file on. */
  prepare?(stack: S): Promise<void>;
  /** What else the round lost, each in a line: asked when no file is on its way. */
  missing?(stack: S, names: readonly string[]): Promise<readonly string[]>;
  /** After the round was judged: takes that back. */
  cleanUp?(stack: S): Promise<void>;
  /** While clients upload: does the damage, and mends what a supervisor or an operator would mend. */
  inject(scene: Scene<S>): Promise<void>;
}

/** What a fault works with during a round. */
export interface Scene<S extends System = Stack> {
  readonly stack: S;
  readonly load: Load;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Says that the damage was seen to be done, as often as it was. A round without it proves nothing. */
  injected(times?: number): void;
  /** This file was made impossible to analyse: it has to end FAILED with this code. */
  mustFail(id: string, errorCode: string): void;
}
