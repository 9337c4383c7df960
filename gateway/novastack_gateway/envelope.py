"""What the gateway must know of a chat request before it forwards the original bytes: not the whole body.

Fields and ranges: OpenAI's specification, `CreateChatCompletionRequest` (openai-openapi f85dbe2, 2026-08-21), with the
minimum of 1 for the token limits that the API enforces though the file does not say it (case REQ-010).
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from novastack_gateway import reading
from novastack_gateway.errors import Problem

Penalty = Annotated[float, Meta(ge=-2, le=2)]
Count = Annotated[int, Meta(ge=1)]


class StreamOptions(msgspec.Struct, frozen=True):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Turn(msgspec.Struct, frozen=True):
    """One message, as far as routing and policy need it."""

    role: str


class Envelope(msgspec.Struct, frozen=True):
    """The typed part of a chat completion request; every other member travels unread."""

    model: Annotated[str, Meta(min_length=1)]
    messages: Annotated[list[Turn], Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    n: Annotated[int, Meta(ge=1, le=128)] | None = None
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    seed: int | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    user: str | None = None

    @property
    def wants_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)


_DECODER: Final = msgspec.json.Decoder(Envelope)


def read_envelope(body: bytes) -> Envelope:
    """The envelope of a request body.

    Raises Problem 400 that names the parameter, what was found and what is expected.
    """
    reading.check_utf8(body)
    envelope = reading.read(_DECODER, body)
    if envelope.top_logprobs is not None and not envelope.logprobs:
        raise Problem(400, "'top_logprobs' needs 'logprobs' set to true.", code="invalid_value", param="top_logprobs")
    if envelope.stream_options is not None and not envelope.stream:
        raise Problem(
            400, "'stream_options' is allowed only when 'stream' is true.", code="invalid_value", param="stream_options"
        )
    return envelope
