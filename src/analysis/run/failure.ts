import { catalogue, FilemillError, type Reason } from '#domain/errors.ts';
import { volumeFault } from '#domain/volume-fault.ts';

/** A failure as plain data, because errors lose their class between threads and processes. */
export interface Failure {
  readonly reason: Reason;
  readonly message: string;
}

/** @param path where the bytes of the file are, if they have a path */
export function toFailure(error: unknown, path: string | undefined): Failure {
  return blobFailure(error, path) ?? { reason: 'ANALYZER_ERROR', message: storable(error) };
}

/** The failure of a file whose bytes cannot be read; undefined for an error of an analyser. */
export function blobFailure(error: unknown, path: string | undefined): Failure | undefined {
  if (error instanceof FilemillError) return { reason: error.reason, message: storable(error) };
  const { code, syscall, path: about } = (error ?? {}) as NodeJS.ErrnoException;
  if (!(path !== undefined && about === path) && syscall !== 'read') return undefined;
  if (code === 'ENOENT') return { reason: 'BLOB_MISSING', message: catalogue.BLOB_MISSING.what };
  const fault = volumeFault(error);
  return fault && { reason: 'BLOB_UNREADABLE', message: fault.message };
}

const maxMessageLength = 2_000;

/** PostgreSQL stores neither NUL nor lone surrogates. */
export function storable(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, maxMessageLength).toWellFormed().replaceAll('\0', '');
}
