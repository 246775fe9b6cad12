import { FilemillError } from './errors.ts';

/** @param maxFileSize in bytes */
export function fileTooLarge(maxFileSize: number): FilemillError {
  return new FilemillError('FILE_TOO_LARGE', `The file is larger than ${maxFileSize.toLocaleString('en-US')} bytes.`, {
    facts: { max_file_size: String(maxFileSize) },
  });
}
