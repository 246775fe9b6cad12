/** A problem that the user has to fix before `filemill up` can run. Its message says what and how. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  /** The exit code of the process: 1 unexpected, 2 usage, 5 unavailable. */
  readonly exitCode: 1 | 2 | 5;

  constructor(message: string, options: { exitCode?: 1 | 2 | 5; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}
