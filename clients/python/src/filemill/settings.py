"""Where the server is and how it is reached, for both clients."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import Any

import httpx

from .errors import FilemillError, error_of
from .flow import Answer, Send


@dataclass(frozen=True, slots=True)
class Settings:
    base: str
    """Without a slash at its end."""
    timeout: float
    options: dict[str, Any]
    """Of the client of httpx."""

    @classmethod
    def of(
        cls, url: str | None, timeout: float, ca_file: str | None, cert_file: str | None, key_file: str | None
    ) -> Settings:
        base = (url or os.environ.get("FILEMILL_URL") or "http://127.0.0.1:8080").rstrip("/")
        ca_file = ca_file or os.environ.get("FILEMILL_TLS_CA")
        options: dict[str, Any] = {"timeout": timeout}
        if base.startswith("https:") and (ca_file or cert_file):
            context = ssl.create_default_context(cafile=ca_file)
            if cert_file:
                context.load_cert_chain(cert_file, key_file)
            options["verify"] = context
        return cls(base, timeout, options)

    def request(self, request: Send, token: str | None) -> dict[str, Any]:
        """The arguments of `httpx.Client.request`."""
        authorization = {"authorization": f"Bearer {token}"} if token else {}
        return {
            "method": request.method,
            "url": self.base + request.path,
            "params": dict(request.query),
            "headers": {**authorization, **request.headers},
            "content": request.content,
        }

    def answer(self, response: httpx.Response) -> Answer:
        if response.is_success:
            return Answer(response.headers, response.content)
        raise error_of(str(response.url), response.status_code, response.headers, response.content)

    def failure(self, error: httpx.TransportError) -> FilemillError:
        if isinstance(error, httpx.TimeoutException):
            return FilemillError(
                "TIMED_OUT",
                f"{self.base} did not answer within {self.timeout:g} s.",
                "Check that the server is running; give slow links a larger timeout.",
            )
        return FilemillError(
            "UNREACHABLE",
            f"{self.base} cannot be reached: {error or type(error).__name__}.",
            "Check the address, and that the server is running.",
        )


def token_of_environment() -> str | None:
    return os.environ.get("FILEMILL_TOKEN")
