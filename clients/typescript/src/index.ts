export type {
  Deleted,
  File as FileInfo,
  FileError,
  FilesFilter,
  Output,
  Result,
  ResultsFilter,
  Retried,
  ServerErrorCode,
} from './api.ts';
export { Filemill, type FilemillOptions } from './client.ts';
export type { Content } from './content.ts';
export { type ClientErrorCode, type ErrorCode, FilemillError } from './errors.ts';
export type { Trust } from './trust.ts';
export type { Uploaded, UploadOptions } from './upload-options.ts';
