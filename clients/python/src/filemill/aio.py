"""The client for asyncio."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, Unpack

import httpx

from . import calls
from .api import DeletedItem, File, FilesFilter, Result, ResultsFilter, RetriedItem
from .content import AsyncContent, AsyncReader
from .errors import FilemillError
from .flow import Flow, Now, Pause, Read, Rewind, Send, Tell
from .settings import Settings, token_of_environment
from .upload import PIECE_BYTES, Uploaded, describe, upload

T = TypeVar("T")
Progress = Callable[[int], object]


class AsyncFilemill:
    """A Filemill server, for asyncio.

    `token` is a token or a JWT, or what fetches one before each request. Without arguments, FILEMILL_URL,
    FILEMILL_TOKEN and FILEMILL_TLS_CA tell. `timeout`: how many seconds of silence mean that the connection broke.
    `retries`: how often a request is sent again while the server is away or busy; 7 times take about 30 seconds.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | Callable[[], str | Awaitable[str]] | None = None,
        ca_file: str | None = None,
        cert_file: str | None = None,
        key_file: str | None = None,
        timeout: float = 60.0,
        retries: int = 7,
    ) -> None:
        self._settings = Settings.of(url, timeout, ca_file, cert_file, key_file)
        self._token = token or token_of_environment()
        self._retries = retries
        self._http = httpx.AsyncClient(**self._settings.options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def upload(
        self,
        content: AsyncContent,
        *,
        name: str | None = None,
        path: str = "",
        type: str = "",
        batch: str = "",
        priority: Literal["", "interactive", "normal", "bulk"] = "",
        idempotency_key: str | None = None,
        piece_bytes: int = PIECE_BYTES,
        on_progress: Progress | None = None,
    ) -> Uploaded:
        """Uploads a file: when this returns, the server keeps it.

        Content of `piece_bytes` and more is sent in pieces, and continues after a broken connection. Uploads with the
        same key are one file; each call has a random one unless set. Free workers take files of the priority
        interactive first and bulk ones last; it is that of the batch unless set. `on_progress` is told how many bytes the server has.
        """
        reader = AsyncReader(content)
        try:
            described = describe(
                name or reader.name, reader.size, path, type, batch, priority, idempotency_key, piece_bytes
            )
            return await self._run(upload(described, self._retries), reader, on_progress)
        finally:
            reader.close()

    async def wait(self, id: str, *, timeout: float | None = None) -> File:
        """Waits until the file is COMPLETED or FAILED; TIMED_OUT after so many seconds."""
        return await self._run(calls.wait(id, timeout, self._retries))

    async def get(self, id: str) -> File:
        return await self._run(calls.get(id, self._retries))

    async def result(self, id: str) -> Result:
        """What the analysis found; RESULT_NOT_FOUND unless the file is COMPLETED."""
        return await self._run(calls.result(id, self._retries))

    async def files(self, **filter: Unpack[FilesFilter]) -> AsyncIterator[File]:
        """Files, newest first; pages are fetched as they are needed."""
        token = ""
        while True:
            page = await self._run(calls.files_page(filter, token, self._retries))
            for file in page.files:
                yield file
            if not (token := page.next_page_token):
                return

    async def results(self, **filter: Unpack[ResultsFilter]) -> AsyncIterator[Result]:
        """Results, newest files first; pages are fetched as they are needed."""
        token = ""
        while True:
            page = await self._run(calls.results_page(filter, token, self._retries))
            for result in page.results:
                yield result
            if not (token := page.next_page_token):
                return

    async def download(self, id: str) -> AsyncIterator[bytes]:
        """The bytes of a file, piece by piece. A download that breaks off goes on where it was."""
        size = (await self.get(id)).size
        download = calls.Download(id, size, self._retries)
        while not download.is_over:
            yield await self._run(download.next())

    async def retry(self, id: str) -> File:
        """Gives a FAILED file another round of attempts; NOT_FAILED for others."""
        return await self._run(calls.retry(id, self._retries))

    async def retry_all(self, ids: Sequence[str]) -> Sequence[RetriedItem]:
        """Gives FAILED files another round of attempts, at most 1,000; tells what became of each."""
        return await self._run(calls.retry_all(ids, self._retries))

    async def delete(self, id: str) -> None:
        """Deletes a file in any state, with its result; FILE_NOT_FOUND if there is none."""
        await self._run(calls.delete(id, self._retries))

    async def delete_all(self, ids: Sequence[str]) -> Sequence[DeletedItem]:
        """Deletes files in any state, at most 1,000, with their results; tells what became of each."""
        return await self._run(calls.delete_all(ids, self._retries))

    async def _run(self, flow: Flow[T], reader: AsyncReader | None = None, on_progress: Progress | None = None) -> T:
        try:
            step = next(flow)
            while True:
                try:
                    outcome = await self._do(step, reader, on_progress)
                except FilemillError as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(outcome)
        except StopIteration as end:
            value: T = end.value
            return value

    async def _do(self, step: Any, reader: AsyncReader | None, on_progress: Progress | None) -> Any:
        match step:
            case Send():
                token = self._token() if callable(self._token) else self._token
                if inspect.isawaitable(token):
                    token = await token
                try:
                    return self._settings.answer(await self._http.request(**self._settings.request(step, token)))
                except httpx.TransportError as error:
                    raise self._settings.failure(error) from error
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Now():
                return time.monotonic()
            case Read(size) if reader:
                return await reader.read(size)
            case Rewind() if reader:
                return reader.rewind()
            case Tell(size) if on_progress:
                on_progress(size)
        return None
