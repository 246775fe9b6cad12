/* Made from the OpenAPI document by `npm run generate`. Do not edit. */

/** Why a request was refused: https://www.rfc-editor.org/rfc/rfc9457 problems carry it as `reason`. */

export type ServerErrorCode =
  | 'NAME_INVALID'
  | 'SIZE_MISMATCH'
  | 'METADATA_MISSING'
  | 'METADATA_REPEATED'
  | 'FILE_TOO_LARGE'
  | 'REQUEST_INVALID'
  | 'CHECKSUM_MISMATCH'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'OFFSET_MISMATCH'
  | 'NOT_FAILED'
  | 'FILTER_TOO_BROAD'
  | 'UPLOAD_NOT_FOUND'
  | 'WEBHOOK_NOT_FOUND'
  | 'BATCH_NOT_FOUND'
  | 'WORKER_NOT_FOUND'
  | 'FILE_NOT_FOUND'
  | 'RANGE_INVALID'
  | 'ETAG_MISMATCH'
  | 'RESULT_NOT_FOUND'
  | 'BYTES_EXPIRED'
  | 'RULE_NOT_FOUND'
  | 'TEXT_NOT_KEPT'
  | 'ROUTE_NOT_FOUND'
  | 'MEDIA_TYPE_REFUSED'
  | 'TUS_VERSION_REFUSED'
  | 'APPEND_CHECKSUM_MISMATCH'
  | 'ORIGIN_REFUSED'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'MESSAGE_TOO_LARGE'
  | 'OVERLOADED'
  | 'QUOTA_EXCEEDED'
  | 'RATE_LIMITED'
  | 'DISK_FULL'
  | 'STREAM_IDLE'
  | 'UPLOAD_LOCKED'
  | 'UNAVAILABLE'
  | 'STORE_REFUSES'
  | 'SHUTTING_DOWN'
  | 'PROXY_LIMIT'
  | 'PROXY_REFUSED'
  | 'PROXY_UNAVAILABLE'
  | 'TLS_UNTRUSTED'
  | 'TLS_REFUSED'
  | 'INTERNAL'
  | 'NOT_A_FILE'
  | 'FILE_UNREADABLE'
  | 'DOWNLOAD_DAMAGED'
  | 'PIPE_NOT_REPEATABLE'
  | 'ANALYZER_ERROR'
  | 'ANALYZER_TIMEOUT'
  | 'ANALYZER_OUT_OF_MEMORY'
  | 'BLOB_MISSING'
  | 'BLOB_UNREADABLE'
  | 'BLOB_DAMAGED'
  | 'WORKER_CRASHED'
  | 'CANCELLED'
  | 'RESULT_INVALID';

export interface FileError {
  readonly code: string;
  readonly message: string;
}

export interface FileFound {
  /** The type in words. */
  readonly description: string | null;
  readonly word_count: number | null;
  readonly pages: number | null;
  /** ISO 639. */
  readonly language: string | null;
}

export interface File {
  /** UUIDv7: ids sort by the time of registration. */
  readonly id: string;
  readonly filename: string;
  /** The path relative to the uploaded folder; may be empty. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The type that the client declared; once the file is COMPLETED, the detected type. */
  readonly mime_type: string;
  readonly status: 'PENDING' | 'PAUSED' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'UNKNOWN';
  readonly attempt: number;
  readonly max_attempts: number;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly completed_at: string | null;
  /** The SHA-256 that the worker computed; null until COMPLETED. */
  readonly sha256: string | null;
  /** The X-Request-Id of the request that created the file; null for files of earlier versions. */
  readonly request_id: string | null;
  /** The tenant of the caller that uploaded the file. */
  readonly tenant: string;
  /** When a retention rule gave up the bytes and the kept text; null while they are kept. */
  readonly bytes_expired_at: string | null;
  /** The batch that it was uploaded with; null without one. */
  readonly batch: string | null;
  /** Free workers take interactive files first, and bulk ones last. */
  readonly priority: 'interactive' | 'normal' | 'bulk';
  readonly error: FileError | null;
  /** In lists with `with_found=true`; null without a result. */
  readonly found?: FileFound | null;
}

export interface FilesPage {
  readonly files: readonly File[];
  /** `page_token` of the next page; empty on the last. */
  readonly next_page_token: string;
  /** Only the newest 5,000 of the files that match were sorted. */
  readonly sort_capped: boolean;
  /** A search that no index supports has got so far, and `next_page_token` goes on; sorted lists leave out what is older. */
  readonly searched_to: string | null;
}

export interface Result {
  readonly id: string;
  readonly file_id: string;
  readonly created_at: string | null;
  readonly filename: string;
  readonly path: string;
  readonly output: Output;
}

export interface OutputCandidate {
  readonly mime_type: string;
  readonly confidence: 'certain' | 'likely' | 'possible' | 'none';
}

export interface Output {
  /** Results of earlier versions have 1 or 2, and lack some fields. */
  readonly schema: number;
  readonly mime_type: string;
  /** The type in words. */
  readonly description?: string;
  /** What decided the type. */
  readonly detected_by?: 'signature' | 'container' | 'structure' | 'text' | 'libmagic' | 'extension' | 'none';
  readonly confidence?: 'certain' | 'likely' | 'possible' | 'none';
  /** Other types that the content allows, the best first. */
  readonly candidates?: readonly OutputCandidate[];
  /** The extension is known to stand for other types. */
  readonly extension_mismatch?: boolean;
  readonly word_count: number | null;
  /** What `word_count` counts: the text as it is, or what a reader of the document sees. */
  readonly word_count_of?: 'text' | 'document' | null;
  readonly line_count: number | null;
  readonly character_count: number | null;
  readonly charset: string | null;
  readonly sha256: string;
  readonly size: number;
  /** Further findings, by kind; absent in schema 1. */
  readonly findings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly analyzers: Readonly<Record<string, string>>;
}

export interface ResultsPage {
  readonly results: readonly Result[];
  /** `page_token` of the next page; empty on the last. */
  readonly next_page_token: string;
}

export interface Receipt {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** The SHA-256 of the received bytes. */
  readonly sha256: string;
  /** The idempotency key is known: this is the file of the earlier upload. */
  readonly duplicate: boolean;
}

export interface RetriedItem {
  readonly id: string;
  readonly outcome: 'RETRIED' | 'NOT_FAILED' | 'BYTES_EXPIRED' | 'NOT_FOUND';
}

export interface Retried {
  /** One per id, in the order of the request. */
  readonly items: readonly RetriedItem[];
}

export interface DeletedItem {
  readonly id: string;
  readonly outcome: 'DELETED' | 'NOT_FOUND';
}

export interface Deleted {
  /** One per id, in the order of the request. */
  readonly items: readonly DeletedItem[];
}

export interface FilesFilter {
  /** What people type into one box: part of the name, or how the id, the SHA-256 (at least 4 digits) or the type begins. */
  readonly q?: string;
  /** PENDING, PAUSED, PROCESSING, COMPLETED, FAILED: any of the given ones. */
  readonly status?: readonly string[];
  /** The detected type: exact (`text/plain`) or a whole family (`image/*`). */
  readonly mime_type?: string;
  /** The language of the text: an ISO 639 code such as `de`. */
  readonly language?: string;
  /** Whether a document needs a password, or an archive has encrypted entries. */
  readonly encrypted?: boolean;
  /** Whether the extension of the name is known to stand for other types than the one found. */
  readonly extension_mismatch?: boolean;
  /** Why an analyser has no findings, or `any`. */
  readonly finding_error?: 'any' | 'damaged' | 'unsupported' | 'too_large' | 'timeout' | 'out_of_memory' | 'crashed' | 'failed';
  /** Part of the name, case-insensitive. */
  readonly name?: string;
  /** The batch that the files were uploaded with. */
  readonly batch?: string;
  /** The SHA-256 that the worker measured. */
  readonly sha256?: string;
  /** The reason (docs/errors.md) why the file FAILED. */
  readonly error_code?: string;
  /** Inclusive. */
  readonly created_from?: string;
  /** Exclusive. */
  readonly created_before?: string;
  /** With `-` the greatest first. Any order other than that of `created_at` is one of the newest 5,000 files that match. */
  readonly sort?: 'created_at' | '-created_at' | 'filename' | '-filename' | 'size' | '-size' | 'word_count' | '-word_count' | 'duration' | '-duration';
  /** Defaults to 100. */
  readonly page_size?: number;
  /** Adds what lists show of the results, as `found`. */
  readonly with_found?: boolean;
}

export interface ResultsFilter {
  /** The detected type: exact (`text/plain`) or a whole family (`image/*`). */
  readonly mime_type?: string;
  /** The language of the text: an ISO 639 code such as `de`. */
  readonly language?: string;
  /** Whether a document needs a password, or an archive has encrypted entries. */
  readonly encrypted?: boolean;
  /** Whether the extension of the name is known to stand for other types than the one found. */
  readonly extension_mismatch?: boolean;
  /** Why an analyser has no findings, or `any`. */
  readonly finding_error?: 'any' | 'damaged' | 'unsupported' | 'too_large' | 'timeout' | 'out_of_memory' | 'crashed' | 'failed';
  /** Defaults to 100. */
  readonly page_size?: number;
}

