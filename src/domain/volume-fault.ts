import { FilemillError, type Reason } from './errors.ts';

/** What a volume says that fails, and what callers are told of it: these sentences name no path. */
const answers: readonly [RegExp, Reason, string?][] = [
  [/^(ENOSPC|EDQUOT)$/, 'DISK_FULL'],
  [/^EFBIG$/, 'FILE_TOO_LARGE', 'The volume takes no file as large as that.'],
  [/^EROFS$/, 'STORE_REFUSES', 'The volume of the files takes no writes: it is mounted for reading only.'],
  [/^(EACCES|EPERM)$/, 'STORE_REFUSES', 'The server may not use the volume of the files: its user lacks a permission.'],
  [
    /^(EIO|EREMOTEIO|EUCLEAN|EBADMSG)$/,
    'STORE_REFUSES',
    'The volume of the files is damaged: it fails to read or write.',
  ],
  [
    /^ESTALE$/,
    'STORE_REFUSES',
    'The network volume of the files was replaced: mount it again and restart the services.',
  ],
  [/^(ENOENT|ENOTDIR|ENODEV|ENXIO)$/, 'STORE_REFUSES', 'A part of the volume of the files has gone: is it mounted?'],
  [
    /^(ENOTCONN|ETIMEDOUT|EHOSTDOWN|EHOSTUNREACH|ECONNRESET)$/,
    'UNAVAILABLE',
    'The volume of the files does not answer.',
  ],
  [/^(EMFILE|ENFILE)$/, 'UNAVAILABLE', 'The server has as many files open as it may: raise its limit (ulimit -n).'],
  [/^(ENOMEM|ENOBUFS)$/, 'UNAVAILABLE', 'The machine of the server has no memory left.'],
  [/^(EAGAIN|EBUSY|EINTR|EDEADLK|ENOLCK|ETXTBSY)$/, 'UNAVAILABLE', 'The volume of the files is busy.'],
];

/** Calls of the file system, as Node names them: the same codes come from sockets, too, and mean something else there. */
const fileCalls =
  /^(access|chmod|close|copyfile|f?datasync|fstat|fsync|ftruncate|futime|link|lstat|mkdir|mkdtemp|open|opendir|read|readdir|readlink|realpath|rename|rm|rmdir|scandir|stat|statfs|truncate|unlink|utime|write|writev)$/;

/**
 * An error of the volume, or of the machine that uses it, with a reason of the catalogue.
 *
 * @returns undefined for what tells of a defect
 */
export function volumeFault(error: unknown): FilemillError | undefined {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
  const [, reason, sentence] = answers.find(([said]) => said.test(code)) ?? [];
  return reason && new FilemillError(reason, sentence, { cause: error, facts: { part: 'volume', code } });
}

/** What anyone may be told of an error, wherever in the system it arose. INTERNAL is for defects alone. */
export function asFilemillError(error: unknown): FilemillError {
  if (error instanceof FilemillError) return error;
  const { syscall = '' } = (error ?? {}) as NodeJS.ErrnoException;
  const fault = fileCalls.test(syscall) ? volumeFault(error) : undefined;
  return fault ?? new FilemillError('INTERNAL', undefined, { cause: error });
}

/** Whether the volume or the machine is to blame: an operator finds the path and the call in the cause. */
export function isVolumeFault(error: unknown): boolean {
  const { reason, facts } = asFilemillError(error);
  // A full volume and a large file are everyday refusals.
  return facts.part === 'volume' && (reason === 'STORE_REFUSES' || reason === 'UNAVAILABLE');
}
