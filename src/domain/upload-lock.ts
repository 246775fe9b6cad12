/** A lock on an upload, by the token that holds it or asks for it. */
export interface UploadLockRef {
  readonly uploadId: string;
  readonly token: string;
}

/** WANTED: held, and another has asked for it. TAKEN: another holds it. */
export type UploadLockOutcome = 'HELD' | 'WANTED' | 'TAKEN';
