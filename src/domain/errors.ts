/**
 * Every error that Filemill reports on purpose. `code` is the name of the gRPC status; `action` tells the caller what to do.
 * docs/errors.md is generated from this table (`npm run generate`).
 *
 * A reason is upper case on the wire (google.rpc.ErrorInfo.reason) and lower case in `files.error_code`.
 */
export const catalogue = {
  // Refused uploads and requests
  NAME_INVALID: entry(
    'INVALID_ARGUMENT',
    'The file name or path is not allowed.',
    'Rename the file: 1 to 255 bytes, no "/", "\\", control or bidi characters, not "." or "..".',
  ),
  SIZE_MISMATCH: entry(
    'INVALID_ARGUMENT',
    'The server received more or fewer bytes than were declared.',
    'The file probably changed while it was being sent: upload it again.',
  ),
  METADATA_MISSING: entry(
    'INVALID_ARGUMENT',
    'The first message of the stream was not the metadata.',
    'Send `metadata` first, then chunks.',
  ),
  METADATA_REPEATED: entry(
    'INVALID_ARGUMENT',
    'The stream sent its metadata twice, or continued after its closing message.',
    'Send one `metadata`, chunks, then at most one `closing`.',
  ),
  FILE_TOO_LARGE: entry(
    'INVALID_ARGUMENT',
    'The file is larger than this server accepts.',
    'Ask the operator to raise FILEMILL_MAX_FILE_SIZE, or split the file.',
  ),
  REQUEST_INVALID: entry(
    'INVALID_ARGUMENT',
    'A field of the request is not valid.',
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
    'The append does not begin where the bytes of this upload end.',
    'Ask the server how many bytes it has, and continue from there.',
  ),
  NOT_FAILED: entry(
    'FAILED_PRECONDITION',
    'Only a FAILED file can be retried.',
    'Wait for the file to end, or upload it again.',
  ),
  FILTER_TOO_BROAD: entry(
    'FAILED_PRECONDITION',
    'No index covers this combination of filters, and reading every file takes too long.',
    'Narrow it: filter by status or sha256, by a shorter time range, or by a longer part of the name.',
  ),
  UPLOAD_NOT_FOUND: entry(
    'NOT_FOUND',
    'No upload has this id.',
    'Start a new upload: this one expired, was cancelled, or did not match its declared SHA-256.',
  ),
  WEBHOOK_NOT_FOUND: entry(
    'NOT_FOUND',
    'No webhook has this id.',
    'Check the id: `filemill webhook list` shows those of your tenant.',
  ),
  BATCH_NOT_FOUND: entry(
    'NOT_FOUND',
    'No batch of this name has files.',
    'Check the name: `filemill batch list` shows those of your tenant.',
  ),
  WORKER_NOT_FOUND: entry(
    'NOT_FOUND',
    'No live worker has this name.',
    'Check the name: `filemill worker list` shows the workers that are alive.',
  ),
  FILE_NOT_FOUND: entry('NOT_FOUND', 'No file has this id.', 'Check the id; deleted files are gone.'),
  RANGE_INVALID: entry(
    'OUT_OF_RANGE',
    'The range begins beyond the end of the file.',
    'Ask for bytes that the file has: the answer tells its size.',
  ),
  ETAG_MISMATCH: entry(
    'FAILED_PRECONDITION',
    'If-Match names another content than that of this file.',
    'Discard what you have of it, and download the file without If-Match.',
  ),
  RESULT_NOT_FOUND: entry(
    'NOT_FOUND',
    'The file has no result yet, or does not exist.',
    'Look at its status: only COMPLETED files have a result.',
  ),
  BYTES_EXPIRED: entry(
    'FAILED_PRECONDITION',
    'The bytes of the file were given up when their retention ended; its row and its result are kept.',
    'Upload the file again if you need its bytes; `filemill retention list` tells how long they are kept.',
  ),
  RULE_NOT_FOUND: entry(
    'NOT_FOUND',
    'No retention rule has this id.',
    'List the rules: `filemill retention list`. A removed rule is forgotten after an hour.',
  ),
  TEXT_NOT_KEPT: entry(
    'NOT_FOUND',
    'The file has a result, but its text is not kept.',
    'Set FILEMILL_KEEP_TEXT=1 for the workers and upload the file again; files that are neither documents nor texts have none.',
  ),
  ROUTE_NOT_FOUND: entry(
    'NOT_FOUND',
    'Nothing answers at this address.',
    'Check the method and the path: the HTTP API lives under /api/v1/, and `curl -T FILE` needs the slash of /files/.',
  ),
  MEDIA_TYPE_REFUSED: entry(
    'INVALID_ARGUMENT',
    'This address does not accept the Content-Type of the request.',
    'Send the Content-Type that the message names.',
  ),
  TUS_VERSION_REFUSED: entry(
    'FAILED_PRECONDITION',
    'The request uses a version of tus that this server does not support.',
    'Send the Tus-Resumable header with a version that Tus-Version names.',
  ),
  APPEND_CHECKSUM_MISMATCH: entry(
    'DATA_LOSS',
    'The bytes do not match the checksum that was sent with them.',
    'They were damaged on the way, and none of them was kept: send them again from the same offset.',
  ),
  ORIGIN_REFUSED: entry(
    'PERMISSION_DENIED',
    'The request came from another site, or was sent to a host name that this server does not answer to.',
    'Use the address that the server prints when it starts; operators: add other names to FILEMILL_HTTP_HOSTS (docs/proxies.md).',
  ),
  UNAUTHENTICATED: entry(
    'UNAUTHENTICATED',
    'The server does not know who is calling: credentials are missing, or not valid any longer.',
    'Send the token that the operator of this server gave you: "Authorization: Bearer TOKEN", or FILEMILL_TOKEN for the command line.',
  ),
  PERMISSION_DENIED: entry(
    'PERMISSION_DENIED',
    'The caller may not do this.',
    'Ask the operator of this server for the permission that the message names.',
  ),
  MESSAGE_TOO_LARGE: entry(
    'RESOURCE_EXHAUSTED',
    'One message is larger than the server accepts.',
    'Send chunks of at most 512 KiB.',
  ),
  OVERLOADED: entry(
    'RESOURCE_EXHAUSTED',
    'The server is at capacity.',
    'Try again after the delay given in the answer.',
    1_000,
  ),
  QUOTA_EXCEEDED: entry(
    'RESOURCE_EXHAUSTED',
    'The tenant keeps as many files, or bytes, as its quota allows.',
    'Delete files of the tenant, or ask the operator for a larger quota (filemill tenant set).',
  ),
  RATE_LIMITED: entry(
    'RESOURCE_EXHAUSTED',
    'The tenant sends more requests, or more uploads at once, than its quota allows.',
    'Try again after the delay given in the answer, or ask the operator for a larger quota.',
    1_000,
  ),
  DISK_FULL: entry(
    'RESOURCE_EXHAUSTED',
    'The store has no room for the file.',
    'Try again later; operators: enlarge the volume or the quota of the bucket, or delete files.',
    10_000,
  ),
  STREAM_IDLE: entry(
    'DEADLINE_EXCEEDED',
    'The stream was idle for too long.',
    'Try again, if possible over a more reliable connection; the clients of this repository retry by themselves.',
    1_000,
  ),
  UPLOAD_LOCKED: entry(
    'UNAVAILABLE',
    'Another call is working on this upload.',
    'Ask the server how many bytes it has, and continue from there; the clients of this repository do so by themselves.',
    1_000,
  ),
  UNAVAILABLE: entry(
    'UNAVAILABLE',
    'A part of the system cannot be reached right now.',
    'Try again; the clients of this repository retry by themselves.',
    500,
  ),
  STORE_REFUSES: entry(
    'UNAVAILABLE',
    'A store that the server depends on rejects its requests, and waiting alone will not help.',
    'An operator has to act: the message says what to fix, and `filemill doctor` which services are affected. Then try again.',
    5_000,
  ),
  SHUTTING_DOWN: entry(
    'UNAVAILABLE',
    'The server is shutting down.',
    'Try again: another replica, or this one after its restart, will answer.',
    500,
  ),
  // Answers of a proxy in place of the server
  PROXY_LIMIT: entry(
    'RESOURCE_EXHAUSTED',
    'A proxy in front of the server does not accept a request of this size.',
    'Raise the limit of the proxy (client_max_body_size in nginx): see docs/proxies.md.',
  ),
  PROXY_REFUSED: entry(
    'PERMISSION_DENIED',
    'A proxy in front of the server, or another program at its address, refused the request.',
    'Check the address of the server, and ask the operator of the proxy. To bypass a proxy that the environment names, set no_proxy or FILEMILL_PROXY=none.',
  ),
  PROXY_UNAVAILABLE: entry(
    'UNAVAILABLE',
    'A proxy cannot reach the server, or cannot be reached itself.',
    'Check that the server is running and that the proxy forwards to it. To bypass a proxy that the environment names, set no_proxy or FILEMILL_PROXY=none.',
    500,
  ),
  // Connections by TLS that a client cannot make
  TLS_UNTRUSTED: entry(
    'FAILED_PRECONDITION',
    'The certificate of the server is not trusted, has expired, or is for another name.',
    'Set FILEMILL_TLS_CA to the CA that signed it, and call the server by a name that the certificate holds: see docs/security.md.',
  ),
  TLS_REFUSED: entry(
    'FAILED_PRECONDITION',
    'No TLS connection to the server could be made.',
    'Leave out https:// for a server in clear text. For one that asks for a client certificate, set FILEMILL_TLS_CERT and FILEMILL_TLS_KEY.',
  ),
  INTERNAL: entry('INTERNAL', 'Something failed unexpectedly.', 'Report it together with the server log of that time.'),
  // Files that a client cannot send or receive
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
  DOWNLOAD_DAMAGED: entry(
    'DATA_LOSS',
    'The bytes that arrived do not have the SHA-256 of the file.',
    'They were damaged on the way or on this machine: download the file again.',
  ),
  PIPE_NOT_REPEATABLE: entry(
    'FAILED_PRECONDITION',
    'The server no longer has the first part of this upload, and a pipe cannot be read twice.',
    'Run the whole command again.',
  ),
  // Why an attempt, or a file, FAILED
  ANALYZER_ERROR: entry(
    'INTERNAL',
    'An analyser failed on the content.',
    'Read the message, and retry once the analyser has been fixed.',
  ),
  ANALYZER_TIMEOUT: entry(
    'INTERNAL',
    'The analysis ran past its deadline (30 s + size ÷ 20 MB/s).',
    'Retry; a file that fails again needs a fix in the analyser.',
  ),
  ANALYZER_OUT_OF_MEMORY: entry(
    'INTERNAL',
    'The analysis needed more memory than it is allowed.',
    'Raise FILEMILL_ANALYSIS_HEAP_MB (or FILEMILL_ANALYSIS_CHILD_MEMORY_MB for a file that ran alone), and retry.',
  ),
  BLOB_MISSING: entry(
    'INTERNAL',
    'The stored bytes are not in the store.',
    'Check the volume or the bucket; restore it and retry, or upload the file again.',
  ),
  BLOB_UNREADABLE: entry(
    'INTERNAL',
    'The stored bytes cannot be read from the store.',
    'Check that the volume is mounted and well, or that the bucket answers, and that workers may read it; then retry.',
  ),
  BLOB_DAMAGED: entry(
    'DATA_LOSS',
    'The stored bytes are not the bytes that were kept.',
    'Restore the volume or the bucket and retry, or upload the file again; operators: filemill doctor --storage DIR finds what else is damaged.',
  ),
  WORKER_CRASHED: entry(
    'INTERNAL',
    'The process that analysed the file alone crashed, or its workers stopped responding, as many times as allowed.',
    'Read the worker log of that time, then retry.',
  ),
  CANCELLED: entry(
    'FAILED_PRECONDITION',
    'Somebody cancelled the file before its analysis had ended.',
    'Retry the file to have it analysed after all.',
  ),
  RESULT_INVALID: entry(
    'INTERNAL',
    'PostgreSQL cannot store what the analysis found.',
    'Report it together with the file: an analyser produced text that PostgreSQL rejects as JSON.',
  ),
} as const;

export type Reason = keyof typeof catalogue;

/** The names of gRPC statuses that the catalogue uses. */
export type StatusName = (typeof catalogue)[Reason]['code'];

/** @param retryAfterMs the suggested wait before a retry; its presence means that a retry makes sense */
function entry<const Code extends string>(code: Code, what: string, action: string, retryAfterMs?: number) {
  return { code, what, action, retryAfterMs };
}

interface ErrorOptions {
  readonly cause?: unknown;
  readonly facts?: Readonly<Record<string, string>>;
  readonly requestId?: string | undefined;
  /** In place of that of the catalogue. */
  readonly retryAfterMs?: number | undefined;
}

/** An error with a reason of the catalogue. Its `message` may be shown to any caller. */
export class FilemillError extends Error {
  override readonly name = 'FilemillError';
  readonly reason: Reason;
  /** Machine-readable facts, for example `{declared: "10", received: "12"}`. */
  readonly facts: Readonly<Record<string, string>>;
  /** The id under which the server's log has more, if the error came from a server. */
  readonly requestId: string | undefined;
  /** The suggested wait before a retry; undefined where a retry makes no sense. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: Reason, message?: string, options: ErrorOptions = {}) {
    super(message ?? catalogue[reason].what, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.facts = options.facts ?? {};
    this.requestId = options.requestId;
    this.retryAfterMs = options.retryAfterMs ?? catalogue[reason].retryAfterMs;
  }

  get action(): string {
    return catalogue[this.reason].action;
  }
}

/** The reasons why an attempt fails; the other reasons refuse a request. */
export const attemptFailures: readonly Reason[] = [
  'ANALYZER_ERROR',
  'ANALYZER_TIMEOUT',
  'ANALYZER_OUT_OF_MEMORY',
  'BLOB_MISSING',
  'BLOB_UNREADABLE',
  'BLOB_DAMAGED',
  // The name that earlier releases gave to BLOB_DAMAGED.
  'CHECKSUM_MISMATCH',
  'WORKER_CRASHED',
  'CANCELLED',
  'RESULT_INVALID',
];

/** The value of `files.error_code`. */
export function errorCode(reason: Reason): string {
  return reason.toLowerCase();
}

export function isReason(word: string): word is Reason {
  return Object.hasOwn(catalogue, word);
}
