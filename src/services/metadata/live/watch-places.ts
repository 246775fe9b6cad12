import { FilemillError } from '#domain/errors.ts';

/** What all watchers of one process may watch together: each file costs memory and a look at every change. */
const maxWatched = 100_000;

/** Bounds how many files are watched at the same time. */
export class WatchPlaces {
  readonly #max: number;
  #taken = 0;

  constructor(max = maxWatched) {
    this.#max = max;
  }

  /**
   * Takes places until the handle is disposed of.
   *
   * @throws FilemillError OVERLOADED
   */
  take(files: number): Disposable {
    if (this.#taken + files > this.#max)
      throw new FilemillError('OVERLOADED', `This server watches at most ${this.#max} files at a time.`);
    this.#taken += files;
    return {
      [Symbol.dispose]: () => {
        this.#taken -= files;
      },
    };
  }
}
