// Made from the OpenAPI document by `npm run generate`. DO NOT EDIT.

package filemill

import (
	"net/url"
	"strconv"
	"time"
)

// ErrorCode says why a request was refused, or failed: the reason of a problem (RFC 9457), or one of this package.
type ErrorCode string

// What a server refuses with.
const (
	CodeNameInvalid            ErrorCode = "NAME_INVALID"
	CodeSizeMismatch           ErrorCode = "SIZE_MISMATCH"
	CodeMetadataMissing        ErrorCode = "METADATA_MISSING"
	CodeMetadataRepeated       ErrorCode = "METADATA_REPEATED"
	CodeFileTooLarge           ErrorCode = "FILE_TOO_LARGE"
	CodeRequestInvalid         ErrorCode = "REQUEST_INVALID"
	CodeChecksumMismatch       ErrorCode = "CHECKSUM_MISMATCH"
	CodeIdempotencyKeyReused   ErrorCode = "IDEMPOTENCY_KEY_REUSED"
	CodeOffsetMismatch         ErrorCode = "OFFSET_MISMATCH"
	CodeNotFailed              ErrorCode = "NOT_FAILED"
	CodeFilterTooBroad         ErrorCode = "FILTER_TOO_BROAD"
	CodeUploadNotFound         ErrorCode = "UPLOAD_NOT_FOUND"
	CodeWebhookNotFound        ErrorCode = "WEBHOOK_NOT_FOUND"
	CodeBatchNotFound          ErrorCode = "BATCH_NOT_FOUND"
	CodeWorkerNotFound         ErrorCode = "WORKER_NOT_FOUND"
	CodeFileNotFound           ErrorCode = "FILE_NOT_FOUND"
	CodeRangeInvalid           ErrorCode = "RANGE_INVALID"
	CodeEtagMismatch           ErrorCode = "ETAG_MISMATCH"
	CodeResultNotFound         ErrorCode = "RESULT_NOT_FOUND"
	CodeBytesExpired           ErrorCode = "BYTES_EXPIRED"
	CodeRuleNotFound           ErrorCode = "RULE_NOT_FOUND"
	CodeTextNotKept            ErrorCode = "TEXT_NOT_KEPT"
	CodeRouteNotFound          ErrorCode = "ROUTE_NOT_FOUND"
	CodeMediaTypeRefused       ErrorCode = "MEDIA_TYPE_REFUSED"
	CodeTUSVersionRefused      ErrorCode = "TUS_VERSION_REFUSED"
	CodeAppendChecksumMismatch ErrorCode = "APPEND_CHECKSUM_MISMATCH"
	CodeOriginRefused          ErrorCode = "ORIGIN_REFUSED"
	CodeUnauthenticated        ErrorCode = "UNAUTHENTICATED"
	CodePermissionDenied       ErrorCode = "PERMISSION_DENIED"
	CodeMessageTooLarge        ErrorCode = "MESSAGE_TOO_LARGE"
	CodeOverloaded             ErrorCode = "OVERLOADED"
	CodeQuotaExceeded          ErrorCode = "QUOTA_EXCEEDED"
	CodeRateLimited            ErrorCode = "RATE_LIMITED"
	CodeDiskFull               ErrorCode = "DISK_FULL"
	CodeStreamIdle             ErrorCode = "STREAM_IDLE"
	CodeUploadLocked           ErrorCode = "UPLOAD_LOCKED"
	CodeUnavailable            ErrorCode = "UNAVAILABLE"
	CodeStoreRefuses           ErrorCode = "STORE_REFUSES"
	CodeShuttingDown           ErrorCode = "SHUTTING_DOWN"
	CodeProxyLimit             ErrorCode = "PROXY_LIMIT"
	CodeProxyRefused           ErrorCode = "PROXY_REFUSED"
	CodeProxyUnavailable       ErrorCode = "PROXY_UNAVAILABLE"
	CodeTLSUntrusted           ErrorCode = "TLS_UNTRUSTED"
	CodeTLSRefused             ErrorCode = "TLS_REFUSED"
	CodeInternal               ErrorCode = "INTERNAL"
	CodeNotAFile               ErrorCode = "NOT_A_FILE"
	CodeFileUnreadable         ErrorCode = "FILE_UNREADABLE"
	CodeDownloadDamaged        ErrorCode = "DOWNLOAD_DAMAGED"
	CodePipeNotRepeatable      ErrorCode = "PIPE_NOT_REPEATABLE"
	CodeAnalyzerError          ErrorCode = "ANALYZER_ERROR"
	CodeAnalyzerTimeout        ErrorCode = "ANALYZER_TIMEOUT"
	CodeAnalyzerOutOfMemory    ErrorCode = "ANALYZER_OUT_OF_MEMORY"
	CodeBlobMissing            ErrorCode = "BLOB_MISSING"
	CodeBlobUnreadable         ErrorCode = "BLOB_UNREADABLE"
	CodeBlobDamaged            ErrorCode = "BLOB_DAMAGED"
	CodeWorkerCrashed          ErrorCode = "WORKER_CRASHED"
	CodeCancelled              ErrorCode = "CANCELLED"
	CodeResultInvalid          ErrorCode = "RESULT_INVALID"
)

// FileStatus may have other values with a newer server.
type FileStatus string

const (
	FileStatusPending    FileStatus = "PENDING"
	FileStatusPaused     FileStatus = "PAUSED"
	FileStatusProcessing FileStatus = "PROCESSING"
	FileStatusCompleted  FileStatus = "COMPLETED"
	FileStatusFailed     FileStatus = "FAILED"
	FileStatusUnknown    FileStatus = "UNKNOWN"
)

// FilePriority may have other values with a newer server.
type FilePriority string

const (
	FilePriorityInteractive FilePriority = "interactive"
	FilePriorityNormal      FilePriority = "normal"
	FilePriorityBulk        FilePriority = "bulk"
)

// OutputCandidateConfidence may have other values with a newer server.
type OutputCandidateConfidence string

const (
	OutputCandidateConfidenceCertain  OutputCandidateConfidence = "certain"
	OutputCandidateConfidenceLikely   OutputCandidateConfidence = "likely"
	OutputCandidateConfidencePossible OutputCandidateConfidence = "possible"
	OutputCandidateConfidenceNone     OutputCandidateConfidence = "none"
)

// OutputDetectedBy may have other values with a newer server.
type OutputDetectedBy string

const (
	OutputDetectedBySignature OutputDetectedBy = "signature"
	OutputDetectedByContainer OutputDetectedBy = "container"
	OutputDetectedByStructure OutputDetectedBy = "structure"
	OutputDetectedByText      OutputDetectedBy = "text"
	OutputDetectedByLibmagic  OutputDetectedBy = "libmagic"
	OutputDetectedByExtension OutputDetectedBy = "extension"
	OutputDetectedByNone      OutputDetectedBy = "none"
)

// OutputConfidence may have other values with a newer server.
type OutputConfidence string

const (
	OutputConfidenceCertain  OutputConfidence = "certain"
	OutputConfidenceLikely   OutputConfidence = "likely"
	OutputConfidencePossible OutputConfidence = "possible"
	OutputConfidenceNone     OutputConfidence = "none"
)

// OutputWordCountOf may have other values with a newer server.
type OutputWordCountOf string

const (
	OutputWordCountOfText     OutputWordCountOf = "text"
	OutputWordCountOfDocument OutputWordCountOf = "document"
)

// RetriedItemOutcome may have other values with a newer server.
type RetriedItemOutcome string

const (
	RetriedItemOutcomeRetried      RetriedItemOutcome = "RETRIED"
	RetriedItemOutcomeNotFailed    RetriedItemOutcome = "NOT_FAILED"
	RetriedItemOutcomeBytesExpired RetriedItemOutcome = "BYTES_EXPIRED"
	RetriedItemOutcomeNotFound     RetriedItemOutcome = "NOT_FOUND"
)

// DeletedItemOutcome may have other values with a newer server.
type DeletedItemOutcome string

const (
	DeletedItemOutcomeDeleted  DeletedItemOutcome = "DELETED"
	DeletedItemOutcomeNotFound DeletedItemOutcome = "NOT_FOUND"
)

// FilterFindingError may have other values with a newer server.
type FilterFindingError string

const (
	FilterFindingErrorAny         FilterFindingError = "any"
	FilterFindingErrorDamaged     FilterFindingError = "damaged"
	FilterFindingErrorUnsupported FilterFindingError = "unsupported"
	FilterFindingErrorTooLarge    FilterFindingError = "too_large"
	FilterFindingErrorTimeout     FilterFindingError = "timeout"
	FilterFindingErrorOutOfMemory FilterFindingError = "out_of_memory"
	FilterFindingErrorCrashed     FilterFindingError = "crashed"
	FilterFindingErrorFailed      FilterFindingError = "failed"
)

// FilterSort may have other values with a newer server.
type FilterSort string

const (
	FilterSortCreatedAt           FilterSort = "created_at"
	FilterSortCreatedAtDescending FilterSort = "-created_at"
	FilterSortFilename            FilterSort = "filename"
	FilterSortFilenameDescending  FilterSort = "-filename"
	FilterSortSize                FilterSort = "size"
	FilterSortSizeDescending      FilterSort = "-size"
	FilterSortWordCount           FilterSort = "word_count"
	FilterSortWordCountDescending FilterSort = "-word_count"
	FilterSortDuration            FilterSort = "duration"
	FilterSortDurationDescending  FilterSort = "-duration"
)

// FileError is a part of the answers of Filemill.
type FileError struct {
	Code string `json:"code"`

	Message string `json:"message"`
}

// FileFound is a part of the answers of Filemill.
type FileFound struct {
	// The type in words.
	Description *string `json:"description"`

	WordCount *int64 `json:"word_count"`

	Pages *int64 `json:"pages"`

	// ISO 639.
	Language *string `json:"language"`
}

// File is a part of the answers of Filemill.
type File struct {
	// UUIDv7: ids sort by the time of registration.
	ID string `json:"id"`

	Filename string `json:"filename"`

	// The path relative to the uploaded folder; may be empty.
	Path string `json:"path"`

	// Bytes.
	Size int64 `json:"size"`

	// The type that the client declared; once the file is COMPLETED, the detected type.
	MIMEType string `json:"mime_type"`

	Status FileStatus `json:"status"`

	Attempt int64 `json:"attempt"`

	MaxAttempts int64 `json:"max_attempts"`

	CreatedAt *time.Time `json:"created_at"`

	UpdatedAt *time.Time `json:"updated_at"`

	CompletedAt *time.Time `json:"completed_at"`

	// The SHA-256 that the worker computed; null until COMPLETED.
	SHA256 *string `json:"sha256"`

	// The X-Request-Id of the request that created the file; null for files of earlier versions.
	RequestID *string `json:"request_id"`

	// The tenant of the caller that uploaded the file.
	Tenant string `json:"tenant"`

	// When a retention rule gave up the bytes and the kept text; null while they are kept.
	BytesExpiredAt *time.Time `json:"bytes_expired_at"`

	// The batch that it was uploaded with; null without one.
	Batch *string `json:"batch"`

	// Free workers take interactive files first, and bulk ones last.
	Priority FilePriority `json:"priority"`

	Error *FileError `json:"error"`

	// In lists with `with_found=true`; null without a result.
	Found *FileFound `json:"found"`
}

// FilesPage is a part of the answers of Filemill.
type FilesPage struct {
	Files []File `json:"files"`

	// `page_token` of the next page; empty on the last.
	NextPageToken string `json:"next_page_token"`

	// Only the newest 5,000 of the files that match were sorted.
	SortCapped bool `json:"sort_capped"`

	// A search that no index supports has got so far, and `next_page_token` goes on; sorted lists leave out what is older.
	SearchedTo *time.Time `json:"searched_to"`
}

// Result is a part of the answers of Filemill.
type Result struct {
	ID string `json:"id"`

	FileID string `json:"file_id"`

	CreatedAt *time.Time `json:"created_at"`

	Filename string `json:"filename"`

	Path string `json:"path"`

	Output Output `json:"output"`
}

// OutputCandidate is a part of the answers of Filemill.
type OutputCandidate struct {
	MIMEType string `json:"mime_type"`

	Confidence OutputCandidateConfidence `json:"confidence"`
}

// Output is a part of the answers of Filemill.
type Output struct {
	// Results of earlier versions have 1 or 2, and lack some fields.
	Schema int64 `json:"schema"`

	MIMEType string `json:"mime_type"`

	// The type in words.
	Description *string `json:"description"`

	// What decided the type.
	DetectedBy *OutputDetectedBy `json:"detected_by"`

	Confidence *OutputConfidence `json:"confidence"`

	// Other types that the content allows, the best first.
	Candidates []OutputCandidate `json:"candidates"`

	// The extension is known to stand for other types.
	ExtensionMismatch *bool `json:"extension_mismatch"`

	WordCount *int64 `json:"word_count"`

	// What `word_count` counts: the text as it is, or what a reader of the document sees.
	WordCountOf *OutputWordCountOf `json:"word_count_of"`

	LineCount *int64 `json:"line_count"`

	CharacterCount *int64 `json:"character_count"`

	Charset *string `json:"charset"`

	SHA256 string `json:"sha256"`

	Size int64 `json:"size"`

	// Further findings, by kind; absent in schema 1.
	Findings map[string]map[string]any `json:"findings"`

	Analyzers map[string]string `json:"analyzers"`
}

// ResultsPage is a part of the answers of Filemill.
type ResultsPage struct {
	Results []Result `json:"results"`

	// `page_token` of the next page; empty on the last.
	NextPageToken string `json:"next_page_token"`
}

// Receipt is a part of the answers of Filemill.
type Receipt struct {
	ID string `json:"id"`

	// Bytes.
	Size int64 `json:"size"`

	// The SHA-256 of the received bytes.
	SHA256 string `json:"sha256"`

	// The idempotency key is known: this is the file of the earlier upload.
	Duplicate bool `json:"duplicate"`
}

// RetriedItem is a part of the answers of Filemill.
type RetriedItem struct {
	ID string `json:"id"`

	Outcome RetriedItemOutcome `json:"outcome"`
}

// Retried is a part of the answers of Filemill.
type Retried struct {
	// One per id, in the order of the request.
	Items []RetriedItem `json:"items"`
}

// DeletedItem is a part of the answers of Filemill.
type DeletedItem struct {
	ID string `json:"id"`

	Outcome DeletedItemOutcome `json:"outcome"`
}

// Deleted is a part of the answers of Filemill.
type Deleted struct {
	// One per id, in the order of the request.
	Items []DeletedItem `json:"items"`
}

// FilesFilter narrows a listing down; zero values leave it as it is.
type FilesFilter struct {
	// What people type into one box: part of the name, or how the id, the SHA-256 (at least 4 digits) or the type begins.
	Q string

	// PENDING, PAUSED, PROCESSING, COMPLETED, FAILED: any of the given ones.
	Status []string

	// The detected type: exact (`text/plain`) or a whole family (`image/*`).
	MIMEType string

	// The language of the text: an ISO 639 code such as `de`.
	Language string

	// Whether a document needs a password, or an archive has encrypted entries.
	Encrypted *bool

	// Whether the extension of the name is known to stand for other types than the one found.
	ExtensionMismatch *bool

	// Why an analyser has no findings, or `any`.
	FindingError FilterFindingError

	// Part of the name, case-insensitive.
	Name string

	// The batch that the files were uploaded with.
	Batch string

	// The SHA-256 that the worker measured.
	SHA256 string

	// The reason (docs/errors.md) why the file FAILED.
	ErrorCode string

	// Inclusive.
	CreatedFrom time.Time

	// Exclusive.
	CreatedBefore time.Time

	// With `-` the greatest first. Any order other than that of `created_at` is one of the newest 5,000 files that match.
	Sort FilterSort

	// Defaults to 100.
	PageSize int64

	// Adds what lists show of the results, as `found`.
	WithFound *bool
}

func (f FilesFilter) query() url.Values {
	query := url.Values{}
	if f.Q != "" {
		query.Set("q", f.Q)
	}
	for _, one := range f.Status {
		query.Add("status", string(one))
	}
	if f.MIMEType != "" {
		query.Set("mime_type", f.MIMEType)
	}
	if f.Language != "" {
		query.Set("language", f.Language)
	}
	if f.Encrypted != nil {
		query.Set("encrypted", strconv.FormatBool(*f.Encrypted))
	}
	if f.ExtensionMismatch != nil {
		query.Set("extension_mismatch", strconv.FormatBool(*f.ExtensionMismatch))
	}
	if f.FindingError != "" {
		query.Set("finding_error", string(f.FindingError))
	}
	if f.Name != "" {
		query.Set("name", f.Name)
	}
	if f.Batch != "" {
		query.Set("batch", f.Batch)
	}
	if f.SHA256 != "" {
		query.Set("sha256", f.SHA256)
	}
	if f.ErrorCode != "" {
		query.Set("error_code", f.ErrorCode)
	}
	if !f.CreatedFrom.IsZero() {
		query.Set("created_from", f.CreatedFrom.Format(time.RFC3339Nano))
	}
	if !f.CreatedBefore.IsZero() {
		query.Set("created_before", f.CreatedBefore.Format(time.RFC3339Nano))
	}
	if f.Sort != "" {
		query.Set("sort", string(f.Sort))
	}
	if f.PageSize != 0 {
		query.Set("page_size", strconv.FormatInt(f.PageSize, 10))
	}
	if f.WithFound != nil {
		query.Set("with_found", strconv.FormatBool(*f.WithFound))
	}
	return query
}

// ResultsFilter narrows a listing down; zero values leave it as it is.
type ResultsFilter struct {
	// The detected type: exact (`text/plain`) or a whole family (`image/*`).
	MIMEType string

	// The language of the text: an ISO 639 code such as `de`.
	Language string

	// Whether a document needs a password, or an archive has encrypted entries.
	Encrypted *bool

	// Whether the extension of the name is known to stand for other types than the one found.
	ExtensionMismatch *bool

	// Why an analyser has no findings, or `any`.
	FindingError FilterFindingError

	// Defaults to 100.
	PageSize int64
}

func (f ResultsFilter) query() url.Values {
	query := url.Values{}
	if f.MIMEType != "" {
		query.Set("mime_type", f.MIMEType)
	}
	if f.Language != "" {
		query.Set("language", f.Language)
	}
	if f.Encrypted != nil {
		query.Set("encrypted", strconv.FormatBool(*f.Encrypted))
	}
	if f.ExtensionMismatch != nil {
		query.Set("extension_mismatch", strconv.FormatBool(*f.ExtensionMismatch))
	}
	if f.FindingError != "" {
		query.Set("finding_error", string(f.FindingError))
	}
	if f.PageSize != 0 {
		query.Set("page_size", strconv.FormatInt(f.PageSize, 10))
	}
	return query
}
