import type { Image } from './images.ts';

/** Somebody wants the tests to end. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Says what is checked as it goes on, and at the end what came of it. */
export class Report {
  readonly #results: { readonly name: string; readonly outcome: string }[] = [];
  readonly #startMs = new Map<string, number>();
  readonly #stopped = Promise.withResolvers<never>();
  #failed = 0;

  constructor() {
    this.#stopped.promise.catch(() => undefined);
  }

  /** Lets the check that runs, and every later one, throw. */
  stop(reason: string): void {
    this.#stopped.reject(new Stopped(reason));
  }

  get failed(): boolean {
    return this.#failed > 0;
  }

  heading(text: string): void {
    console.log(`\n== ${text}`);
  }

  note(text: string): void {
    console.log(`  ${text}`);
  }

  /** Runs a check; what it answers is shown. A failure is shown and counted; false then. */
  async check(name: string, run: () => Promise<string>): Promise<boolean> {
    const began = performance.now();
    const outcome = await Promise.race([this.#stopped.promise, run()]).then(
      (detail) => `✔ ${detail}`,
      (error: unknown) => {
        if (error instanceof Stopped) throw error;
        this.#failed += 1;
        return `✖ ${error instanceof Error ? error.message : String(error)}`;
      },
    );
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`  ${outcome.slice(0, 1)} ${name} (${seconds} s) ${outcome.slice(2)}`);
    this.#results.push({ name, outcome });
    return outcome.startsWith('✔');
  }

  /** From the start of the container to `ready` in its log. */
  started(service: string, ms: number): void {
    this.#startMs.set(service, ms);
  }

  print(images: readonly Image[]): void {
    this.heading('Images');
    console.table(
      images.map(({ service, name, size, overBase, user }) => ({
        image: name,
        size: megabytes(size),
        'over base': megabytes(overBase),
        start: this.#startMs.has(service) ? `${this.#startMs.get(service)} ms` : '?',
        user,
      })),
    );
    this.heading('Checks');
    console.table(this.#results.map(({ name, outcome }) => ({ check: name, result: firstLine(outcome) })));
    console.log(this.failed ? `${this.#failed} checks FAILED.` : `All ${this.#results.length} checks passed.`);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 100) ?? '';
}
