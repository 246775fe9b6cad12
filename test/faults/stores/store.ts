/** Where the bytes of a system under test are. */
export interface TestStore extends AsyncDisposable {
  /** By which the services find it. */
  readonly settings: Readonly<Record<string, string>>;
  /** SHA-256 of the bytes under a key, or why they cannot be read. */
  hashOf(storageKey: string): Promise<string>;
  /** Lets the bytes of a blob that shares its object or file with no other be gone. */
  lose(storageKey: string): Promise<void>;
  /** Changes a bit of a blob. */
  flip(storageKey: string): Promise<void>;
  /** The names of blobs that are being received. */
  staged(): Promise<readonly string[]>;
  /** What no store of ours names so. */
  strange(): Promise<readonly string[]>;
  /** Works as it does without a fault. */
  heal(): Promise<void>;
  /** Forgets all blobs, and what dead processes left staged. For a quiet system only. */
  wipe(): Promise<void>;
}

/** Opens an empty store, whose files on this machine go into the folder. */
export type OpenStore = (folder: string) => Promise<TestStore>;
