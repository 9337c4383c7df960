"""What a client is told when a request cannot be served: one shape, one table, in the words of OpenAI's API.

A `Problem` is raised anywhere in the pipeline and turned into a reply in exactly one place. It never carries a key,
an internal address or a provider's text that was not redacted first.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from novastack_gateway import redaction

Header = tuple[bytes, bytes]

JSON: Header = (b"content-type", b"application/json")


@dataclass(eq=False)  # not frozen: Python itself sets an exception's traceback
class Problem(Exception):  # noqa: N818 - it is what the client is told, not a fault of ours
    """One refusal: HTTP status, OpenAI's four error fields, and headers that belong to it."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    headers: tuple[Header, ...] = field(default=())

    def with_headers(self, *headers: Header) -> "Problem":
        return replace(self, headers=(*self.headers, *headers))

    def without(self, secret: str) -> "Problem":
        """The same, with a secret taken out of every word that is shown."""
        message, code, param = (
            None if text is None else redaction.without(secret, text) for text in (self.message, self.code, self.param)
        )
        return replace(self, message=message or "", code=code, param=param)

    def value(self) -> dict[str, Any]:
        """The error object: all four keys always present (OpenAI's spec, `components.schemas.Error`)."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    def body(self) -> bytes:
        return msgspec.json.encode(self.value())

    def event(self) -> bytes:
        """The same error inside a stream that has begun: official SDKs raise on a `data:` line with an `error` key."""
        return b"data: " + self.body() + b"\n\n"


def no_key() -> Problem:
    return Problem(
        401,
        "You didn't provide an API key. Send it as `Authorization: Bearer KEY`.",
        code="invalid_api_key",
        # RFC 9110 section 11.6.1: a 401 must say which scheme would be accepted.
        headers=((b"www-authenticate", b"Bearer"),),
    )


def wrong_key() -> Problem:
    return Problem(
        401,
        "Incorrect API key provided. Check the key that this gateway was configured with.",
        code="invalid_api_key",
        headers=((b"www-authenticate", b'Bearer error="invalid_token"'),),
    )


def too_large(limit: int) -> Problem:
    return Problem(
        413, f"The request body is larger than this gateway accepts ({limit} bytes).", code="request_too_large"
    )


def no_model(model: str, known: tuple[str, ...]) -> Problem:
    names = ", ".join(known)
    return Problem(
        404, f"The model `{model[:200]}` does not exist here. Models: {names}.", code="model_not_found", param="model"
    )


def no_upstream(name: str, known: tuple[str, ...]) -> Problem:
    names = ", ".join(known)
    return Problem(404, f"There is no upstream named `{name[:200]}`. Upstreams: {names}.", code="unknown_upstream")


def no_path(method: str, path: str) -> Problem:
    return Problem(
        404, f"Unknown request URL: {method} {path[:200]}. See /docs for what is served here.", code="unknown_url"
    )


def no_method(method: str, path: str, allow: str) -> Problem:
    # RFC 9110 section 15.5.6: a 405 must name the methods that the target supports.
    return Problem(
        405,
        f"Not allowed to {method} on {path[:200]} (allowed: {allow}).",
        code="method_not_allowed",
        headers=((b"allow", allow.encode("latin-1", "replace")),),
    )


def internal() -> Problem:
    return Problem(
        500, "The gateway failed to handle this request. The request id names it in the log.", type="server_error"
    )
