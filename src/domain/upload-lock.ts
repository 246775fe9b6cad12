/** A lock on an upload, and the token that holds or requests it. */
export interface UploadLockRef {
  readonly uploadId: string;
  readonly token: string;
}

/** WANTED: this token holds the lock, and another wants it. TAKEN: another token holds it. */
export type UploadLockOutcome = 'HELD' | 'WANTED' | 'TAKEN';
