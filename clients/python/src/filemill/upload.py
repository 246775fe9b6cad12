"""How content is uploaded: at once, or in pieces by tus 1.0 (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import hashlib
import json
import uuid
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote

from .errors import FilemillError
from .flow import Answer, Flow, Pause, Read, Rewind, Send, Tell, is_limit_of_proxy, is_worth_retrying, pause_after, send

TUS = {"tus-resumable": "1.0.0"}
PIECE_BYTES = 8 * 2**20
LEAST_PIECE_BYTES = 64 * 2**10
"""Smaller bodies are not tried: a proxy that refuses them is not made for uploads."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    id: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Description:
    """What an upload says of itself."""

    name: str
    path: str
    type: str
    batch: str
    priority: str
    size: int | None
    """None for a stream, whose end nobody knows beforehand."""
    key: str
    piece_bytes: int


def describe(
    name: str,
    size: int | None,
    path: str,
    type: str,
    batch: str,
    priority: str,
    idempotency_key: str | None,
    piece_bytes: int,
) -> Description:
    if name in ("", ".", ".."):
        raise FilemillError("NAME_INVALID", f"{name!r} is no name of a file.", "Give the file another name.")
    return Description(name, path, type, batch, priority, size, idempotency_key or str(uuid.uuid4()), piece_bytes)


def upload(described: Description, retries: int) -> Flow[Uploaded]:
    first = yield Read(described.piece_bytes)
    if len(first) < described.piece_bytes:
        try:
            return (yield from _at_once(described, first, retries))
        except FilemillError as error:
            if not is_limit_of_proxy(error):
                raise
    try:
        return (yield from _InPieces(described, retries).run(first))
    except FilemillError as error:
        # The server gave up what it had, as it does when room is short: content that can be read again begins anew.
        if error.code != "UPLOAD_NOT_FOUND" or not (yield Rewind()):
            raise
    first = yield Read(described.piece_bytes)
    return (yield from _InPieces(described, retries).run(first))


def _at_once(described: Description, content: bytes, retries: int) -> Flow[Uploaded]:
    headers = {
        "content-type": described.type or "application/octet-stream",
        "idempotency-key": described.key,
        "repr-digest": f"sha-256=:{_sha256(content)}:",
    }
    query = {"path": described.path, "batch": described.batch, "priority": described.priority}
    request = Send("PUT", f"/files/{quote(described.name, safe='')}", {key: value for key, value in query.items() if value}, headers, content)
    receipt = json.loads((yield from send(request, retries)).content)
    yield Tell(receipt["size"])
    return Uploaded(receipt["id"], receipt["size"])


class _InPieces:
    """One upload in pieces.

    A piece stays in memory until the server has acknowledged all of it, so that a stream, which cannot be read twice,
    resumes like a file.
    """

    def __init__(self, described: Description, retries: int) -> None:
        self._described = described
        self._retries = retries
        self._path = ""
        self._offset = 0
        self._file_id: str | None = None
        self._largest_body = described.piece_bytes

    def run(self, first: bytes) -> Flow[Uploaded]:
        declared, piece_bytes = self._described.size, self._described.piece_bytes
        self._path = yield from self._begin()
        piece, read = first, 0
        while True:
            read += len(piece)
            is_last = len(piece) < piece_bytes if declared is None else read >= declared
            if not piece and not is_last:
                raise _changed(declared, read)
            yield from self._send_piece(piece, read, is_last)
            if self._file_id is not None:
                return Uploaded(self._file_id, read)
            piece = yield Read(piece_bytes)

    def _begin(self) -> Flow[str]:
        """Should the answer be lost, the upload that was begun expires, and another is begun."""
        described = self._described
        pairs = {
            "filename": described.name,
            "relativePath": described.path,
            "filetype": described.type,
            "batch": described.batch,
            "priority": described.priority,
        }
        size = described.size
        headers = {
            **TUS,
            "idempotency-key": described.key,
            "upload-metadata": ",".join(f"{key} {_base64(value)}" for key, value in pairs.items() if value),
            **({"upload-defer-length": "1"} if size is None else {"upload-length": str(size)}),
        }
        answer = yield from send(Send("POST", "/uploads", headers=headers), self._retries)
        # The last segment is the id; the path before it may be that behind a proxy.
        return "/uploads/" + answer.headers["location"].rsplit("/", 1)[-1]

    def _send_piece(self, piece: bytes, end: int, is_last: bool) -> Flow[None]:
        start = end - len(piece)
        failures = 0
        while self._offset < end or (is_last and self._file_id is None):
            at = self._offset - start
            try:
                yield from self._append(piece[at : at + self._largest_body], end, is_last)
                failures = 0
            except FilemillError as error:
                if is_limit_of_proxy(error) and self._largest_body > LEAST_PIECE_BYTES:
                    self._largest_body //= 2
                    continue
                failures += 1
                if failures > self._retries or not _is_passing(error):
                    raise
                yield Pause(pause_after(failures, error))
                if error.code == "UNREACHABLE":
                    self._largest_body = max(LEAST_PIECE_BYTES, self._largest_body // 2)
                yield from self._ask_offset(start)

    def _append(self, body: bytes, end: int, is_last: bool) -> Flow[None]:
        headers = {
            **TUS,
            "content-type": "application/offset+octet-stream",
            "upload-offset": str(self._offset),
            "upload-checksum": f"sha256 {_sha256(body)}",
        }
        if is_last and self._described.size is None:
            headers["upload-length"] = str(end)
        yield from self._take((yield Send("PATCH", self._path, headers=headers, content=body)))

    def _ask_offset(self, start: int) -> Flow[None]:
        yield from self._take((yield from send(Send("HEAD", self._path, headers=TUS), self._retries)))
        # What was acknowledged is gone from memory.
        if self._offset < start:
            raise FilemillError(
                "OFFSET_MISMATCH", "The server lost bytes that it had acknowledged.", "Upload the file again."
            )

    def _take(self, answer: Answer) -> Flow[None]:
        self._offset = int(answer.headers["upload-offset"])
        self._file_id = answer.headers.get("filemill-file-id")
        yield Tell(self._offset)


def _is_passing(error: FilemillError) -> bool:
    """An earlier request that broke off may have brought bytes: the server knows how many."""
    return is_worth_retrying(error) or error.code in ("OFFSET_MISMATCH", "APPEND_CHECKSUM_MISMATCH")


def _changed(declared: int | None, read: int) -> FilemillError:
    return FilemillError(
        "CONTENT_UNREADABLE",
        f"The content ended after {read} bytes, though it had {declared}.",
        "It probably changed while it was being sent: upload it again.",
    )


def _sha256(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
