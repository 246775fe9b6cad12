"""Made from the OpenAPI document by `npm run generate`. Do not edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict, TypeVar

ServerErrorCode = Literal[
    "NAME_INVALID",
    "SIZE_MISMATCH",
    "METADATA_MISSING",
    "METADATA_REPEATED",
    "FILE_TOO_LARGE",
    "REQUEST_INVALID",
    "CHECKSUM_MISMATCH",
    "IDEMPOTENCY_KEY_REUSED",
    "OFFSET_MISMATCH",
    "NOT_FAILED",
    "FILTER_TOO_BROAD",
    "UPLOAD_NOT_FOUND",
    "WEBHOOK_NOT_FOUND",
    "BATCH_NOT_FOUND",
    "WORKER_NOT_FOUND",
    "FILE_NOT_FOUND",
    "RANGE_INVALID",
    "ETAG_MISMATCH",
    "RESULT_NOT_FOUND",
    "BYTES_EXPIRED",
    "RULE_NOT_FOUND",
    "TEXT_NOT_KEPT",
    "ROUTE_NOT_FOUND",
    "MEDIA_TYPE_REFUSED",
    "TUS_VERSION_REFUSED",
    "APPEND_CHECKSUM_MISMATCH",
    "ORIGIN_REFUSED",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "MESSAGE_TOO_LARGE",
    "OVERLOADED",
    "QUOTA_EXCEEDED",
    "RATE_LIMITED",
    "DISK_FULL",
    "STREAM_IDLE",
    "UPLOAD_LOCKED",
    "UNAVAILABLE",
    "STORE_REFUSES",
    "SHUTTING_DOWN",
    "PROXY_LIMIT",
    "PROXY_REFUSED",
    "PROXY_UNAVAILABLE",
    "TLS_UNTRUSTED",
    "TLS_REFUSED",
    "INTERNAL",
    "NOT_A_FILE",
    "FILE_UNREADABLE",
    "DOWNLOAD_DAMAGED",
    "PIPE_NOT_REPEATABLE",
    "ANALYZER_ERROR",
    "ANALYZER_TIMEOUT",
    "ANALYZER_OUT_OF_MEMORY",
    "BLOB_MISSING",
    "BLOB_UNREADABLE",
    "BLOB_DAMAGED",
    "WORKER_CRASHED",
    "CANCELLED",
    "RESULT_INVALID",
]
"""Why a request was refused: the `reason` of a problem (RFC 9457)."""

FileStatus = Literal[
    "PENDING",
    "PAUSED",
    "PROCESSING",
    "COMPLETED",
    "FAILED",
    "UNKNOWN",
]

FilePriority = Literal[
    "interactive",
    "normal",
    "bulk",
]

OutputCandidateConfidence = Literal[
    "certain",
    "likely",
    "possible",
    "none",
]

OutputDetectedBy = Literal[
    "signature",
    "container",
    "structure",
    "text",
    "libmagic",
    "extension",
    "none",
]

OutputConfidence = Literal[
    "certain",
    "likely",
    "possible",
    "none",
]

OutputWordCountOf = Literal[
    "text",
    "document",
]

RetriedItemOutcome = Literal[
    "RETRIED",
    "NOT_FAILED",
    "BYTES_EXPIRED",
    "NOT_FOUND",
]

DeletedItemOutcome = Literal[
    "DELETED",
    "NOT_FOUND",
]

FilterFindingError = Literal[
    "any",
    "damaged",
    "unsupported",
    "too_large",
    "timeout",
    "out_of_memory",
    "crashed",
    "failed",
]

FilterSort = Literal[
    "created_at",
    "-created_at",
    "filename",
    "-filename",
    "size",
    "-size",
    "word_count",
    "-word_count",
    "duration",
    "-duration",
]

T = TypeVar("T")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(decode: Callable[[Any], T], json: Any) -> T | None:
    return None if json is None else decode(json)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileError:
    code: str
    message: str

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> FileError:
        return cls(
            code=json["code"],
            message=json["message"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFound:
    description: str | None = None
    """The type in words."""
    word_count: int | None = None
    pages: int | None = None
    language: str | None = None
    """ISO 639."""

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> FileFound:
        return cls(
            description=json.get("description"),
            word_count=json.get("word_count"),
            pages=json.get("pages"),
            language=json.get("language"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    id: str
    """UUIDv7: ids sort by the time of registration."""
    filename: str
    path: str
    """The path relative to the uploaded folder; may be empty."""
    size: int
    """Bytes."""
    mime_type: str
    """The type that the client declared; once the file is COMPLETED, the detected type."""
    status: FileStatus
    attempt: int
    max_attempts: int
    created_at: datetime | None = None
    updated_at: datetime | None = None
    completed_at: datetime | None = None
    sha256: str | None = None
    """The SHA-256 that the worker computed; null until COMPLETED."""
    request_id: str | None = None
    """The X-Request-Id of the request that created the file; null for files of earlier versions."""
    tenant: str
    """The tenant of the caller that uploaded the file."""
    bytes_expired_at: datetime | None = None
    """When a retention rule gave up the bytes and the kept text; null while they are kept."""
    batch: str | None = None
    """The batch that it was uploaded with; null without one."""
    priority: FilePriority
    """Free workers take interactive files first, and bulk ones last."""
    error: FileError | None = None
    found: FileFound | None = None
    """In lists with `with_found=true`; null without a result."""

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> File:
        return cls(
            id=json["id"],
            filename=json["filename"],
            path=json["path"],
            size=json["size"],
            mime_type=json["mime_type"],
            status=json["status"],
            attempt=json["attempt"],
            max_attempts=json["max_attempts"],
            created_at=_maybe(_time, json.get("created_at")),
            updated_at=_maybe(_time, json.get("updated_at")),
            completed_at=_maybe(_time, json.get("completed_at")),
            sha256=json.get("sha256"),
            request_id=json.get("request_id"),
            tenant=json["tenant"],
            bytes_expired_at=_maybe(_time, json.get("bytes_expired_at")),
            batch=json.get("batch"),
            priority=json["priority"],
            error=_maybe(FileError.from_json, json.get("error")),
            found=_maybe(FileFound.from_json, json.get("found")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesPage:
    files: Sequence[File]
    next_page_token: str
    """`page_token` of the next page; empty on the last."""
    sort_capped: bool
    """Only the newest 5,000 of the files that match were sorted."""
    searched_to: datetime | None = None
    """A search that no index supports has got so far, and `next_page_token` goes on; sorted lists leave out what is older."""

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> FilesPage:
        return cls(
            files=(lambda items: [File.from_json(item) for item in items])(json["files"]),
            next_page_token=json["next_page_token"],
            sort_capped=json["sort_capped"],
            searched_to=_maybe(_time, json.get("searched_to")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    id: str
    file_id: str
    created_at: datetime | None = None
    filename: str
    path: str
    output: Output

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Result:
        return cls(
            id=json["id"],
            file_id=json["file_id"],
            created_at=_maybe(_time, json.get("created_at")),
            filename=json["filename"],
            path=json["path"],
            output=Output.from_json(json["output"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputCandidate:
    mime_type: str
    confidence: OutputCandidateConfidence

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> OutputCandidate:
        return cls(
            mime_type=json["mime_type"],
            confidence=json["confidence"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    schema: int
    """Results of earlier versions have 1 or 2, and lack some fields."""
    mime_type: str
    description: str | None = None
    """The type in words."""
    detected_by: OutputDetectedBy | None = None
    """What decided the type."""
    confidence: OutputConfidence | None = None
    candidates: Sequence[OutputCandidate] | None = None
    """Other types that the content allows, the best first."""
    extension_mismatch: bool | None = None
    """The extension is known to stand for other types."""
    word_count: int | None = None
    word_count_of: OutputWordCountOf | None = None
    """What `word_count` counts: the text as it is, or what a reader of the document sees."""
    line_count: int | None = None
    character_count: int | None = None
    charset: str | None = None
    sha256: str
    size: int
    findings: Mapping[str, Mapping[str, Any]] | None = None
    """Further findings, by kind; absent in schema 1."""
    analyzers: Mapping[str, str]

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Output:
        return cls(
            schema=json["schema"],
            mime_type=json["mime_type"],
            description=json.get("description"),
            detected_by=json.get("detected_by"),
            confidence=json.get("confidence"),
            candidates=_maybe((lambda items: [OutputCandidate.from_json(item) for item in items]), json.get("candidates")),
            extension_mismatch=json.get("extension_mismatch"),
            word_count=json.get("word_count"),
            word_count_of=json.get("word_count_of"),
            line_count=json.get("line_count"),
            character_count=json.get("character_count"),
            charset=json.get("charset"),
            sha256=json["sha256"],
            size=json["size"],
            findings=json.get("findings"),
            analyzers=json["analyzers"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsPage:
    results: Sequence[Result]
    next_page_token: str
    """`page_token` of the next page; empty on the last."""

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> ResultsPage:
        return cls(
            results=(lambda items: [Result.from_json(item) for item in items])(json["results"]),
            next_page_token=json["next_page_token"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    id: str
    size: int
    """Bytes."""
    sha256: str
    """The SHA-256 of the received bytes."""
    duplicate: bool
    """The idempotency key is known: this is the file of the earlier upload."""

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Receipt:
        return cls(
            id=json["id"],
            size=json["size"],
            sha256=json["sha256"],
            duplicate=json["duplicate"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetriedItem:
    id: str
    outcome: RetriedItemOutcome

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> RetriedItem:
        return cls(
            id=json["id"],
            outcome=json["outcome"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    items: Sequence[RetriedItem]
    """One per id, in the order of the request."""

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Retried:
        return cls(
            items=(lambda items: [RetriedItem.from_json(item) for item in items])(json["items"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedItem:
    id: str
    outcome: DeletedItemOutcome

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> DeletedItem:
        return cls(
            id=json["id"],
            outcome=json["outcome"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    items: Sequence[DeletedItem]
    """One per id, in the order of the request."""

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Deleted:
        return cls(
            items=(lambda items: [DeletedItem.from_json(item) for item in items])(json["items"]),
        )


class FilesFilter(TypedDict, total=False):
    q: str
    """What people type into one box: part of the name, or how the id, the SHA-256 (at least 4 digits) or the type begins."""
    status: Sequence[str]
    """PENDING, PAUSED, PROCESSING, COMPLETED, FAILED: any of the given ones."""
    mime_type: str
    """The detected type: exact (`text/plain`) or a whole family (`image/*`)."""
    language: str
    """The language of the text: an ISO 639 code such as `de`."""
    encrypted: bool
    """Whether a document needs a password, or an archive has encrypted entries."""
    extension_mismatch: bool
    """Whether the extension of the name is known to stand for other types than the one found."""
    finding_error: FilterFindingError
    """Why an analyser has no findings, or `any`."""
    name: str
    """Part of the name, case-insensitive."""
    batch: str
    """The batch that the files were uploaded with."""
    sha256: str
    """The SHA-256 that the worker measured."""
    error_code: str
    """The reason (docs/errors.md) why the file FAILED."""
    created_from: datetime | str
    """Inclusive."""
    created_before: datetime | str
    """Exclusive."""
    sort: FilterSort
    """With `-` the greatest first. Any order other than that of `created_at` is one of the newest 5,000 files that match."""
    page_size: int
    """Defaults to 100."""
    with_found: bool
    """Adds what lists show of the results, as `found`."""


class ResultsFilter(TypedDict, total=False):
    mime_type: str
    """The detected type: exact (`text/plain`) or a whole family (`image/*`)."""
    language: str
    """The language of the text: an ISO 639 code such as `de`."""
    encrypted: bool
    """Whether a document needs a password, or an archive has encrypted entries."""
    extension_mismatch: bool
    """Whether the extension of the name is known to stand for other types than the one found."""
    finding_error: FilterFindingError
    """Why an analyser has no findings, or `any`."""
    page_size: int
    """Defaults to 100."""
