"""What both clients do, without doing it: a flow says what is to be sent, read or waited for, and a client does that."""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .errors import FilemillError

T = TypeVar("T")

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
LONGEST_HEARD = 120.0
"""A server that asks for a longer wait is not waited for."""


@dataclass(frozen=True, slots=True)
class Send:
    """Sends a request; comes back with an Answer that is a success, or a FilemillError."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Waits for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Read:
    """Reads exactly so many bytes of the content that is uploaded, fewer only at its end."""

    size: int


@dataclass(frozen=True, slots=True)
class Rewind:
    """Begins the content anew; comes back with whether that is possible."""


@dataclass(frozen=True, slots=True)
class Now:
    """Comes back with a monotonic clock, in seconds."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Tells the caller how many bytes the server has."""

    bytes: int


Flow = Generator[Send | Pause | Read | Rewind | Now | Tell, Any, T]


def send(request: Send, retries: int) -> Flow[Answer]:
    """Sends a request until it succeeds or is refused in a way that would come again."""
    failures = 0
    while True:
        try:
            answer: Answer = yield request
            return answer
        except FilemillError as error:
            failures += 1
            error.tries = failures
            if failures > retries or not is_worth_retrying(error):
                raise
            yield Pause(pause_after(failures, error))


def is_worth_retrying(error: FilemillError) -> bool:
    """Whether the same request may succeed later.

    A refusal by Filemill does so if it names a wait; of proxies and of what else may answer in its place, statuses tell.
    """
    if error.status is None:
        return error.code in ("UNREACHABLE", "TIMED_OUT")
    if error.retry_after is not None:
        return error.retry_after <= LONGEST_HEARD
    return error.code == "UNEXPECTED_ANSWER" and error.status in (408, 429, 500, 502, 503, 504)


def is_limit_of_proxy(error: FilemillError) -> bool:
    """A proxy refuses bodies of this size, while Filemill takes the same bytes in smaller pieces."""
    return error.status == 413 and error.code == "UNEXPECTED_ANSWER"


def pause_after(failures: int, error: FilemillError) -> float:
    """Exponential, and random within its upper half: clients that failed together shall not return together."""
    longest: float = min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE)
    return max(error.retry_after or 0.0, longest * (0.5 + random.random() / 2))
