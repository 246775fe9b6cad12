import { FilemillError, type Reason } from './errors.ts';

/** The error codes of a failing volume, and the messages for callers, which name no path. */
const answers: readonly [RegExp, Reason, string?][] = [
  [/^(ENOSPC|EDQUOT)$/, 'DISK_FULL'],
  [/^EFBIG$/, 'FILE_TOO_LARGE', 'The volume does not support files of this size.'],
  [/^EROFS$/, 'STORE_REFUSES', 'The storage volume is mounted read-only.'],
  [/^(EACCES|EPERM)$/, 'STORE_REFUSES', 'The user of the server does not have permission to use the storage volume.'],
  [/^(EIO|EREMOTEIO|EUCLEAN|EBADMSG)$/, 'STORE_REFUSES', 'The storage volume is damaged: reads or writes fail.'],
  [/^ESTALE$/, 'STORE_REFUSES', 'The network volume was replaced: mount it again and restart the services.'],
  [/^(ENOENT|ENOTDIR|ENODEV|ENXIO)$/, 'STORE_REFUSES', 'Part of the storage volume is missing: is it mounted?'],
  [/^(ENOTCONN|ETIMEDOUT|EHOSTDOWN|EHOSTUNREACH|ECONNRESET)$/, 'UNAVAILABLE', 'The storage volume does not respond.'],
  [/^(EMFILE|ENFILE)$/, 'UNAVAILABLE', 'The server has too many files open: raise its limit (ulimit -n).'],
  [/^(ENOMEM|ENOBUFS)$/, 'UNAVAILABLE', 'The machine of the server is out of memory.'],
  [/^(EAGAIN|EBUSY|EINTR|EDEADLK|ENOLCK|ETXTBSY)$/, 'UNAVAILABLE', 'The storage volume is busy.'],
];

/** File system calls, as Node names them. Sockets report some of the same codes with another meaning. */
const fileCalls =
  /^(access|chmod|close|copyfile|f?datasync|fstat|fsync|ftruncate|futime|link|lstat|mkdir|mkdtemp|open|opendir|read|readdir|readlink|realpath|rename|rm|rmdir|scandir|stat|statfs|truncate|unlink|utime|write|writev)$/;

/**
 * The error of a failing volume, or of a machine without resources, with a reason of the catalogue.
 *
 * @returns undefined for an error that points to a defect
 */
export function volumeFault(error: unknown): FilemillError | undefined {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
  const [, reason, sentence] = answers.find(([said]) => said.test(code)) ?? [];
  return reason && new FilemillError(reason, sentence, { cause: error, facts: { part: 'volume', code } });
}

/** The error that callers may see, wherever it arose. INTERNAL is reserved for defects. */
export function asFilemillError(error: unknown): FilemillError {
  if (error instanceof FilemillError) return error;
  const { syscall = '' } = (error ?? {}) as NodeJS.ErrnoException;
  const fault = fileCalls.test(syscall) ? volumeFault(error) : undefined;
  return fault ?? new FilemillError('INTERNAL', undefined, { cause: error });
}

/** The store of the bytes, if that or the machine is to blame. The cause shows operators the path and the call, or the answer. */
export function failingStore(error: unknown): 'volume' | 's3' | undefined {
  const { reason, facts } = asFilemillError(error);
  // A full volume and a large file are ordinary refusals.
  if (reason !== 'STORE_REFUSES' && reason !== 'UNAVAILABLE') return undefined;
  return facts.part === 'volume' || facts.part === 's3' ? facts.part : undefined;
}
