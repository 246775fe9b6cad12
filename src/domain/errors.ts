/**
 * Every error that Filemill reports on purpose. `code` is the gRPC status name; `action` tells the
 * caller what to do. docs/errors.md is made from this table (`npm run generate`).
 *
 * A reason is upper case on the wire (google.rpc.ErrorInfo.reason) and lower case in
 * `files.error_code`.
 */
export const catalogue = {
  // Refused uploads and requests
  NAME_INVALID: entry(
    'INVALID_ARGUMENT',
    'The file name or path is not acceptable.',
    'Rename the file: 1 to 255 bytes, no "/", "\\", control or bidi characters, not "." or "..".',
  ),
  SIZE_MISMATCH: entry(
    'INVALID_ARGUMENT',
    'The bytes received are not as many as declared.',
    'The file probably changed while it was sent: upload it again.',
  ),
  METADATA_MISSING: entry(
    'INVALID_ARGUMENT',
    'The first message of the stream was not the metadata.',
    'Send `metadata` first, then chunks.',
  ),
  METADATA_REPEATED: entry(
    'INVALID_ARGUMENT',
    'The stream held metadata twice, or went on after its closing message.',
    'Send one `metadata`, chunks, then at most one `closing`.',
  ),
  FILE_TOO_LARGE: entry(
    'INVALID_ARGUMENT',
    'The file is larger than this server accepts.',
    'Ask the operator to raise FILEMILL_MAX_FILE_SIZE, or split the file.',
  ),
  REQUEST_INVALID: entry(
    'INVALID_ARGUMENT',
    'A field of the request is not acceptable.',
    'Correct the field that the message names.',
  ),
  CHECKSUM_MISMATCH: entry(
    'DATA_LOSS',
    'The bytes do not have the declared SHA-256.',
    'The file changed or was damaged on the way: upload it again.',
  ),
  IDEMPOTENCY_KEY_REUSED: entry(
    'ALREADY_EXISTS',
    'The idempotency key belongs to a file with another name, size or SHA-256.',
    'Use a new key for a new file.',
  ),
  OFFSET_MISMATCH: entry(
    'FAILED_PRECONDITION',
    'The server has not as many bytes of the upload as the append begins at.',
    'Ask how far the upload has come, and go on from there.',
  ),
  NOT_FAILED: entry(
    'FAILED_PRECONDITION',
    'Only a FAILED file can be retried.',
    'Wait for the file to end, or upload it again.',
  ),
  FILTER_TOO_BROAD: entry(
    'FAILED_PRECONDITION',
    'No index helps with this combination of filters, and looking at every file takes too long.',
    'Narrow it: by status, by sha256, by a shorter span of time, or by a longer part of the name.',
  ),
  UPLOAD_NOT_FOUND: entry(
    'NOT_FOUND',
    'No upload has this id.',
    'Begin it anew: it has expired, was ended, or its bytes did not have the declared SHA-256.',
  ),
  FILE_NOT_FOUND: entry('NOT_FOUND', 'No file has this id.', 'Check the id; deleted files are gone.'),
  RESULT_NOT_FOUND: entry(
    'NOT_FOUND',
    'The file has no result yet, or does not exist.',
    'Look at its status: only COMPLETED files have a result.',
  ),
  ROUTE_NOT_FOUND: entry(
    'NOT_FOUND',
    'Nothing answers at this address.',
    'Check the method and the path: the HTTP API lives under /api/v1/, and `curl -T FILE` needs the slash of /files/.',
  ),
  MEDIA_TYPE_REFUSED: entry(
    'INVALID_ARGUMENT',
    'The Content-Type of the request is not the one that is taken here.',
    'Send the Content-Type that the message names.',
  ),
  TUS_VERSION_REFUSED: entry(
    'FAILED_PRECONDITION',
    'The request speaks no version of tus that this server speaks.',
    'Send the Tus-Resumable header with a version that Tus-Version names.',
  ),
  APPEND_CHECKSUM_MISMATCH: entry(
    'DATA_LOSS',
    'The bytes do not have the checksum that was sent with them.',
    'They were damaged on the way and none of them was kept: send them again from the same offset.',
  ),
  ORIGIN_REFUSED: entry(
    'PERMISSION_DENIED',
    'The request was sent by another site, or to a host name that is not known here.',
    'Use the address that the server names at its start; operators: add further names to FILEMILL_HTTP_HOSTS; docs/proxies.md is about proxies.',
  ),
  MESSAGE_TOO_LARGE: entry(
    'RESOURCE_EXHAUSTED',
    'One message is larger than the server accepts.',
    'Send chunks of at most 512 KiB.',
  ),
  OVERLOADED: entry(
    'RESOURCE_EXHAUSTED',
    'The server has as much in hand as it can take.',
    'Try again after the delay that the answer names.',
    1_000,
  ),
  DISK_FULL: entry(
    'RESOURCE_EXHAUSTED',
    'The volume has no room for the file.',
    'Try again later; operators: enlarge the volume or delete files.',
    10_000,
  ),
  STREAM_IDLE: entry(
    'DEADLINE_EXCEEDED',
    'The stream sent nothing for too long.',
    'Try again, or over a steadier link; clients of this repository do so by themselves.',
    1_000,
  ),
  UPLOAD_LOCKED: entry(
    'UNAVAILABLE',
    'Another call has the upload in hand.',
    'Ask how far it has come, and go on from there; clients of this repository do so by themselves.',
    1_000,
  ),
  UNAVAILABLE: entry(
    'UNAVAILABLE',
    'A part of the system is not reachable just now.',
    'Try again; clients of this repository do so by themselves.',
    500,
  ),
  STORE_REFUSES: entry(
    'UNAVAILABLE',
    'A store that the server depends on refuses it, and waiting alone does not help.',
    'An operator has to act: the message says on what, `filemill doctor` which services meet it. Then try again.',
    5_000,
  ),
  SHUTTING_DOWN: entry(
    'UNAVAILABLE',
    'The server is going down.',
    'Try again: another replica, or the restarted one, will answer.',
    500,
  ),
  // What something between a client and the server answered in the server's place
  PROXY_LIMIT: entry(
    'RESOURCE_EXHAUSTED',
    'A proxy on the way to the server takes no request of this size.',
    'Raise the limit of the proxy, in nginx client_max_body_size: docs/proxies.md.',
  ),
  PROXY_REFUSED: entry(
    'PERMISSION_DENIED',
    'A proxy on the way to the server, or something else in its place, refused the request.',
    'Check the address of the server, and ask whoever runs the proxy. no_proxy or FILEMILL_PROXY=none go around a proxy that the environment names.',
  ),
  PROXY_UNAVAILABLE: entry(
    'UNAVAILABLE',
    'A proxy on the way does not reach the server, or cannot be reached itself.',
    'Check that the server runs and that the proxy leads to it. no_proxy or FILEMILL_PROXY=none go around a proxy that the environment names.',
    500,
  ),
  INTERNAL: entry('INTERNAL', 'Something failed that should not.', 'Report it with the server log of that moment.'),
  // What a client cannot send from its own machine
  NOT_A_FILE: entry(
    'FAILED_PRECONDITION',
    'This is neither a regular file nor a folder.',
    'Leave it out, or pipe its content: filemill upload - --name NAME.',
  ),
  FILE_UNREADABLE: entry(
    'FAILED_PRECONDITION',
    'The file cannot be read on this machine.',
    'Check that it exists and that you may read it.',
  ),
  PIPE_NOT_REPEATABLE: entry(
    'FAILED_PRECONDITION',
    'The server no longer has the beginning of what came through a pipe, which cannot be read twice.',
    'Run the command again from its start.',
  ),
  // Why an attempt, or a file, FAILED
  ANALYZER_ERROR: entry(
    'INTERNAL',
    'An analyser failed on the content.',
    'Look at the message; retry after the analyser is mended.',
  ),
  ANALYZER_TIMEOUT: entry(
    'INTERNAL',
    'The analysis ran past its deadline (30 s + size ÷ 20 MB/s).',
    'Retry; a file that fails again needs a mended analyser.',
  ),
  ANALYZER_OUT_OF_MEMORY: entry(
    'INTERNAL',
    'The analysis needed more memory than it may use.',
    'Raise FILEMILL_ANALYSIS_HEAP_MB, or FILEMILL_ANALYSIS_CHILD_MEMORY_MB for what ran alone, and retry.',
  ),
  BLOB_MISSING: entry(
    'INTERNAL',
    'The stored bytes are not on the volume.',
    'Check the volume; restore it and retry, or upload the file again.',
  ),
  BLOB_UNREADABLE: entry(
    'INTERNAL',
    'The stored bytes cannot be read from the volume.',
    'Check that the volume is mounted and well, and that workers may read it; then retry.',
  ),
  WORKER_CRASHED: entry(
    'INTERNAL',
    'The process that ran the file alone died, or its workers fell silent, as often as is allowed.',
    'Look at the worker log of that time, then retry.',
  ),
  RESULT_INVALID: entry(
    'INTERNAL',
    'PostgreSQL cannot hold what the analysis found.',
    'Report it with the file: an analyser made text that JSON storage refuses.',
  ),
} as const satisfies Record<string, CatalogueEntry>;

export type Reason = keyof typeof catalogue;

export type StatusName =
  | 'INVALID_ARGUMENT'
  | 'DATA_LOSS'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'NOT_FOUND'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'DEADLINE_EXCEEDED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

interface CatalogueEntry {
  readonly code: StatusName;
  readonly what: string;
  readonly action: string;
  /** Suggested wait before another try; its presence means that trying again makes sense. */
  readonly retryAfterMs: number | undefined;
}

function entry(code: StatusName, what: string, action: string, retryAfterMs?: number): CatalogueEntry {
  return { code, what, action, retryAfterMs };
}

/** An error with a reason of the catalogue. `message` is for people and may be shown to any caller. */
export class FilemillError extends Error {
  override readonly name = 'FilemillError';
  readonly reason: Reason;
  /** Facts for machines, for example `{declared: "10", received: "12"}`. */
  readonly facts: Readonly<Record<string, string>>;

  constructor(
    reason: Reason,
    message?: string,
    options: { cause?: unknown; facts?: Readonly<Record<string, string>> } = {},
  ) {
    super(message ?? catalogue[reason].what, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.facts = options.facts ?? {};
  }

  get action(): string {
    return catalogue[this.reason].action;
  }

  get retryAfterMs(): number | undefined {
    return catalogue[this.reason].retryAfterMs;
  }
}

/** The reasons for which an attempt does not complete; the others refuse a request. */
export const attemptFailures: readonly Reason[] = [
  'ANALYZER_ERROR',
  'ANALYZER_TIMEOUT',
  'ANALYZER_OUT_OF_MEMORY',
  'BLOB_MISSING',
  'BLOB_UNREADABLE',
  'CHECKSUM_MISMATCH',
  'WORKER_CRASHED',
  'RESULT_INVALID',
];

/** The word kept in `files.error_code`. */
export function errorCode(reason: Reason): string {
  return reason.toLowerCase();
}

export function isReason(word: string): word is Reason {
  return Object.hasOwn(catalogue, word);
}
