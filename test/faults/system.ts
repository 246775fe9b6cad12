import type { RpcChannel } from '#platform/rpc/client.ts';
import type { WebAddress } from './ask-web.ts';
import type { Way } from './load.ts';
import type { Queryable } from './terminal-watch.ts';

/** A file as its row names it. */
export interface KeptFile {
  readonly id: string;
  readonly storage_key: string;
}

/** What rounds need of a system under test: of the processes of one machine, or of many hosts. */
export interface System {
  /** Asked directly, past whatever is done to the services' ways to it. */
  readonly postgres: Queryable;
  /** To the public port. */
  readonly channel: RpcChannel;
  /** How `web` is reached. */
  readonly web: WebAddress;
  /** The ways in that it has, unless it has all. */
  readonly ways?: readonly Way[] | undefined;
  /** How long its clients pause between two files, unless it can take as many as they send. */
  readonly pauseMs?: number;
  /** SHA-256 of the bytes that are kept for a file, or why they cannot be read. */
  hashOf(file: KeptFile): Promise<string>;
  /** Everything runs again, as it does without a fault. */
  heal(): Promise<void>;
  /** Forgets the files of the rounds so far. For a quiet system only. */
  wipe(): Promise<void>;
  /** Processes that gave up by themselves since the last call, which no fault should bring about; with the end of their logs. */
  takeCrashes(): string[];
}
