"""What this package raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time
from typing import Literal

from .api import ServerErrorCode

ClientErrorCode = Literal["UNREACHABLE", "TIMED_OUT", "UNEXPECTED_ANSWER", "CONTENT_UNREADABLE"]
"""What goes wrong on this side of the connection."""

ErrorCode = ServerErrorCode | ClientErrorCode


class FilemillError(Exception):
    """Everything that this package raises on purpose."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        advice: str,
        *,
        status: int | None = None,
        facts: Mapping[str, str] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        """What to decide by; a newer server may have codes that this version does not know."""
        self.message = message
        self.advice = advice
        """What to do about it, for people."""
        self.status = status
        """The HTTP status; None without an answer."""
        self.facts: Mapping[str, str] = facts or {}
        """Such as `{"declared": "10", "received": "12"}`."""
        self.request_id = request_id
        """The id under which the logs of the server tell more."""
        self.retry_after = retry_after
        """The wait in seconds that the server asked for; None if it asked for none."""
        self.tries = 1
        """How often the request was sent."""

    def __str__(self) -> str:
        return f"{self.code}: {self.message} {self.advice}"


def error_of(url: str, status: int, headers: Mapping[str, str], body: bytes) -> FilemillError:
    """Reads the problem (RFC 9457) of an answer that is not a success."""
    request_id = headers.get("x-request-id")
    retry_after = _retry_after(headers.get("retry-after"))
    if not headers.get("content-type", "").startswith("application/problem+json"):
        return FilemillError(
            "UNEXPECTED_ANSWER",
            f"{url} answered {status} and not as Filemill does.",
            "Check the address of the server, and what is between it and you.",
            status=status,
            request_id=request_id,
            retry_after=retry_after,
        )
    # The answer to HEAD has no body to tell more.
    problem = json.loads(body) if body else {}
    return FilemillError(
        problem.get("reason", "UNEXPECTED_ANSWER"),
        problem.get("detail", f"{url} answered {status}."),
        problem.get("action", "Look at the log of the server."),
        status=status,
        facts=problem.get("facts"),
        request_id=request_id,
        retry_after=retry_after,
    )


def _retry_after(header: str | None) -> float | None:
    """RFC 9110, section 10.2.3: seconds, or a date."""
    if header is None:
        return None
    if header.isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except ValueError:
        return None
