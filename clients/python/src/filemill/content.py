"""What can be uploaded, read piece by piece."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import BinaryIO, Protocol

from .errors import FilemillError

Content = str | os.PathLike[str] | bytes | BinaryIO | Iterable[bytes]
"""A path, bytes, a binary file, or an iterable of bytes."""

AsyncContent = Content | AsyncIterable[bytes]


class Reader(Protocol):
    name: str
    size: int | None

    def read(self, size: int) -> bytes: ...
    def rewind(self) -> bool: ...
    def close(self) -> None: ...


def open_content(content: Content) -> Reader:
    if isinstance(content, bytes | bytearray | memoryview):
        return _Bytes(bytes(content))
    if isinstance(content, str | os.PathLike):
        return _Path(content)
    read = getattr(content, "read", None)
    return _Chunks(iter(content) if read is None else iter(lambda: read(2**20), b""))


class _Path:
    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = os.path.basename(os.fspath(path))
        try:
            self._file = open(path, "rb")  # noqa: SIM115
            self.size: int | None = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise _unreadable(error) from error

    def read(self, size: int) -> bytes:
        try:
            left = max(0, (self.size or 0) - self._file.tell())
            return self._file.read(min(size, left))
        except OSError as error:
            raise _unreadable(error) from error

    def rewind(self) -> bool:
        self._file.seek(0)
        return True

    def close(self) -> None:
        self._file.close()


class _Bytes:
    def __init__(self, content: bytes) -> None:
        self.name = "unnamed"
        self.size: int | None = len(content)
        self._content = content
        self._offset = 0

    def read(self, size: int) -> bytes:
        piece = self._content[self._offset : self._offset + size]
        self._offset += len(piece)
        return piece

    def rewind(self) -> bool:
        self._offset = 0
        return True

    def close(self) -> None:
        pass


class _Chunks:
    """Content that comes in chunks of any size, once."""

    name = "unnamed"
    size: int | None = None

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = bytearray()

    def read(self, size: int) -> bytes:
        while len(self._left) < size and (chunk := next(self._chunks, None)) is not None:
            self._left += chunk
        return _taken(self._left, size)

    def rewind(self) -> bool:
        return False

    def close(self) -> None:
        pass


class AsyncReader:
    """The same for asyncio: files are read in a thread."""

    def __init__(self, content: AsyncContent) -> None:
        self._chunks: AsyncIterator[bytes] | None = None
        self._left = bytearray()
        if isinstance(content, AsyncIterable):
            self._chunks = aiter(content)
            content = ()
        self._reader = open_content(content)
        self.name, self.size = self._reader.name, self._reader.size

    async def read(self, size: int) -> bytes:
        if self._chunks is None:
            return await asyncio.to_thread(self._reader.read, size)
        while len(self._left) < size and (chunk := await anext(self._chunks, None)) is not None:
            self._left += chunk
        return _taken(self._left, size)

    def rewind(self) -> bool:
        return self._reader.rewind()

    def close(self) -> None:
        self._reader.close()


def _taken(left: bytearray, size: int) -> bytes:
    piece = bytes(left[:size])
    del left[:size]
    return piece


def _unreadable(error: OSError) -> FilemillError:
    return FilemillError(
        "CONTENT_UNREADABLE",
        f"{error.filename or 'The content'} cannot be read: {error.strerror}.",
        "Check that it exists, and that you may read it.",
    )
