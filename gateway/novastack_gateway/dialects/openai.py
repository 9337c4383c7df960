"""Upstreams that speak OpenAI's own format: the client's bytes travel as they came, with only `model` replaced."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from novastack_gateway import reading, splice
from novastack_gateway.dialects.dialect import Answer, Ask, Dialect, Put, reported, unusable
from novastack_gateway.errors import Header, Problem
from novastack_gateway.exchange import Usage
from novastack_gateway.sse import Event


class _Glance(msgspec.Struct):
    """All that is read of an answer or chunk on its way through."""

    usage: Usage | None = None
    error: Any = None


_WITHOUT_CONTROLS: Final = bytes(max(letter, ord(" ")) for letter in range(256))
_GLANCE: Final = msgspec.json.Decoder(_Glance)


def bearer(key: str) -> tuple[Header, ...]:
    return ((b"authorization", b"Bearer " + key.encode()),)


def with_model(ask: Ask) -> bytes:
    """The body with the upstream's name of the model.

    Raises Problem 400 when the model is named twice.
    """
    return once(lambda: splice.replace_model(ask.body, ask.model))


def once(change: Callable[[], bytes]) -> bytes:
    """What `change` makes of a text.

    Raises Problem 400 when a member that it changes is given twice.
    """
    try:
        return change()
    except splice.DuplicateMember as twice:
        raise Problem(400, f"'{twice}' is given twice.", code="duplicate_parameter", param=str(twice)) from None


def put(ask: Ask) -> Put:
    return Put(with_model(ask))


def answer(_: Ask, body: bytes) -> Answer:
    glance = _glance(body)
    if glance.error is not None:
        raise error_of(glance.error)
    return Answer(body, glance.usage)


def _glance(data: bytes) -> _Glance:
    try:
        return _GLANCE.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise unusable("it is not the JSON that was expected") from None


def error_of(error: Any) -> Problem:
    """An error that came under status 200."""
    message, _, code = _fields(error)
    return reported(message, code)


class Passthrough:
    """Events go through as they are; the end, the usage and errors are noticed."""

    def __init__(self, _: Ask) -> None:
        self.usage: Usage | None = None
        self.ended = False

    def feed(self, event: Event) -> bytes:
        data = event.data
        if data == b"[DONE]":
            self.ended = True
        elif event.name == b"error":
            message, _, code = message_of(data)
            raise reported(message, code)
        elif data:
            # RFC 8259 section 7 wants control characters escaped, but a raw one does no harm to what is passed on.
            glance = _glance(data.translate(_WITHOUT_CONTROLS))
            if glance.error is not None:
                raise error_of(glance.error)
            self.usage = glance.usage or self.usage
        return event.raw


def message_of(body: bytes) -> tuple[str | None, str | None, str | None]:
    """`{"error": {...}}`, vLLM's `{"error": "..."}` and SGLang's flat object alike."""
    value = reading.value_of(body)
    inner = value.get("error", value) if isinstance(value, dict) else None
    return _fields(inner)


def _fields(error: Any) -> tuple[str | None, str | None, str | None]:
    if isinstance(error, str):
        return error, None, None
    if not isinstance(error, dict):
        return None, None, None
    message, param, code = (error.get(name) for name in ("message", "param", "code"))
    return tuple(str(value) if value is not None else None for value in (message, param, code))  # type: ignore[return-value]


OPENAI: Final = Dialect(
    path=b"/chat/completions",
    credential=bearer,
    put=put,
    answer=answer,
    stream=Passthrough,
    message_of=message_of,
)
