"""The calls of both clients, as flows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from .api import Deleted, DeletedItem, File, FilesPage, Result, ResultsPage, Retried, RetriedItem
from .errors import FilemillError
from .flow import Answer, Flow, Now, Pause, Send, is_worth_retrying, pause_after, send

FIRST_LOOK = 0.1
LATER_LOOK = 2.0
PIECE_BYTES = 8 * 2**20
LEAST_PIECE_BYTES = 64 * 2**10


def get(id: str, retries: int) -> Flow[File]:
    return File.from_json((yield from _json(Send("GET", _path(id)), retries)))


def result(id: str, retries: int) -> Flow[Result]:
    return Result.from_json((yield from _json(Send("GET", f"{_path(id)}/result"), retries)))


def wait(id: str, timeout: float | None, retries: int) -> Flow[File]:
    began = yield Now()
    rest = FIRST_LOOK
    while True:
        file = yield from get(id, retries)
        if file.status in ("COMPLETED", "FAILED"):
            return file
        if timeout is not None and (yield Now()) + rest > began + timeout:
            raise FilemillError(
                "TIMED_OUT",
                f"The file {id} is still {file.status} after {timeout:g} s.",
                "Wait for longer; if no file ends, ask the operator whether workers are running.",
            )
        yield Pause(rest)
        rest = min(rest * 1.5, LATER_LOOK)


def files_page(filter: Mapping[str, Any], token: str, retries: int) -> Flow[FilesPage]:
    return FilesPage.from_json((yield from _json(Send("GET", "/api/v1/files", _query(filter, token)), retries)))


def results_page(filter: Mapping[str, Any], token: str, retries: int) -> Flow[ResultsPage]:
    return ResultsPage.from_json((yield from _json(Send("GET", "/api/v1/results", _query(filter, token)), retries)))


class Download:
    """The bytes of a file, piece by piece: what arrived is not asked for again when the connection breaks."""

    def __init__(self, id: str, size: int, retries: int) -> None:
        self._path = f"{_path(id)}/content"
        self._size = size
        self._retries = retries
        self._offset = 0
        self._largest = PIECE_BYTES
        self.is_over = False

    def next(self) -> Flow[bytes]:
        failures = 0
        while True:
            # No range is valid in an empty file.
            headers = {"range": f"bytes={self._offset}-{self._offset + self._largest - 1}"} if self._size > 0 else {}
            try:
                answer: Answer = yield Send("GET", self._path, headers=headers)
            except FilemillError as error:
                failures += 1
                if failures > self._retries or not is_worth_retrying(error):
                    raise
                yield Pause(pause_after(failures, error))
                self._largest = max(LEAST_PIECE_BYTES, self._largest // 2)
                continue
            self._offset += len(answer.content)
            self.is_over = self._offset >= self._size
            return answer.content


def retry(id: str, retries: int) -> Flow[File]:
    try:
        return File.from_json((yield from _json(Send("POST", f"{_path(id)}/retry"), retries)))
    except FilemillError as error:
        # An earlier try did it, and its answer was lost.
        if error.code != "NOT_FAILED" or error.tries == 1:
            raise
    return (yield from get(id, retries))


def delete(id: str, retries: int) -> Flow[None]:
    try:
        yield from send(Send("DELETE", _path(id)), retries)
    except FilemillError as error:
        if error.code != "FILE_NOT_FOUND" or error.tries == 1:
            raise


def retry_all(ids: Sequence[str], retries: int) -> Flow[Sequence[RetriedItem]]:
    return Retried.from_json((yield from _json(_post("/api/v1/files:retry", ids), retries))).items


def delete_all(ids: Sequence[str], retries: int) -> Flow[Sequence[DeletedItem]]:
    return Deleted.from_json((yield from _json(_post("/api/v1/files:delete", ids), retries))).items


def _json(request: Send, retries: int) -> Flow[Any]:
    return json.loads((yield from send(request, retries)).content)


def _post(path: str, ids: Sequence[str]) -> Send:
    content = json.dumps({"ids": list(ids)}).encode()
    return Send("POST", path, headers={"content-type": "application/json"}, content=content)


def _path(id: str) -> str:
    return f"/api/v1/files/{quote(id, safe='')}"


def _query(filter: Mapping[str, Any], token: str) -> Mapping[str, Any]:
    written = {name: _written(value) for name, value in filter.items() if value is not None}
    return {**written, "page_token": token} if token else written


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else value
