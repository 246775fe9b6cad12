/** Something that the user has to mend before `filemill up` can run. Its message says what and how. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  /** What the process should end with: 1 unexpected, 2 usage, 5 unavailable. */
  readonly exitCode: 1 | 2 | 5;

  constructor(message: string, options: { exitCode?: 1 | 2 | 5; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}
