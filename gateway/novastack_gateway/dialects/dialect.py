"""What every dialect says of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from novastack_gateway.envelope import Envelope
from novastack_gateway.errors import Header, Problem
from novastack_gateway.exchange import Usage
from novastack_gateway.redaction import redact
from novastack_gateway.sse import Event


@dataclass(frozen=True, slots=True)
class Ask:
    """A client's chat request: the bytes as they came, what was read of them, and whom it goes to."""

    body: bytes
    envelope: Envelope
    model: str
    """What the upstream calls the model."""
    max_output_tokens: int
    now: float
    """When it was asked, unix seconds."""


@dataclass(frozen=True, slots=True)
class Put:
    """The body for the upstream, and the parameters that it cannot take and that were left out."""

    body: bytes
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole reply in the client's format."""

    body: bytes
    usage: Usage | None


class Stream(Protocol):
    """Events of an upstream in, bytes for the client out."""

    usage: Usage | None
    ended: bool
    """The upstream said that the stream is complete."""

    def feed(self, event: Event) -> bytes:
        """What the client is sent for one event; may be empty.

        Raises Problem when the event reports an error, or is not what the dialect sends.
        """


@dataclass(frozen=True, slots=True)
class Dialect:
    """One wire format. All functions are pure."""

    path: bytes
    """Below the upstream's base URL."""
    credential: Callable[[str], tuple[Header, ...]]
    put: Callable[[Ask], Put]
    answer: Callable[[Ask, bytes], Answer]
    """Raises Problem when the body is not an answer, though the status said so."""
    stream: Callable[[Ask], Stream]
    message_of: Callable[[bytes], tuple[str | None, str | None, str | None]]
    """An error body's message, param and code; None where it has none."""


def reported(message: str | None, code: str | None) -> Problem:
    """An error that came under status 200: the stream, or the reply, has failed."""
    text = redact(message) if message else "no message"
    return Problem(
        502,
        f"The upstream reported an error: {text}",
        type="server_error",
        code=redact(code) if code else "upstream_error",
    )


def unusable(what: str) -> Problem:
    """The upstream answered, but not in its dialect."""
    return Problem(502, f"The upstream's answer cannot be used: {what}.", type="server_error", code="upstream_invalid")
