/** Why a local file or folder cannot be used, in words that follow its path. */
export function problemOfPath(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return words[code] ?? message;
}

const words: Readonly<Record<string, string>> = {
  EEXIST: 'a file of that name exists, and it is not a folder',
  ENOTDIR: 'part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'this user does not have permission',
  EPERM: 'this user does not have permission',
  EROFS: 'the volume is mounted read-only',
  ENOSPC: 'the volume is full',
  EDQUOT: 'the quota is used up',
  ENOENT: 'there is no such file or folder',
  ELOOP: 'symbolic links in the path form a loop',
  EIO: 'the volume cannot read or write it',
  EMFILE: 'this process has too many files open (ulimit -n)',
  ENFILE: 'this machine has too many files open',
  ENAMETOOLONG: 'the path is too long',
};
