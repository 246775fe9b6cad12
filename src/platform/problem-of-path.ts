/** Why a file or a folder of this machine cannot be used, in words that follow its path. */
export function problemOfPath(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return words[code] ?? message;
}

const words: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file of that name, which is no folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'this user lacks a permission there',
  EPERM: 'this user lacks a permission there',
  EROFS: 'the volume is mounted for reading only',
  ENOSPC: 'the volume has no room left',
  EDQUOT: 'the quota is used up',
  ENOENT: 'there is no such file or folder',
  ELOOP: 'links on the way lead round in a circle',
  EIO: 'its volume fails to read or write',
  EMFILE: 'this process has as many files open as it may (ulimit -n)',
  ENFILE: 'this machine has as many files open as it may',
  ENAMETOOLONG: 'the path is too long',
};
