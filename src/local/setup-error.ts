/** Something that the user has to mend before `filemill up` can run. Its message says what and how. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
