"""Anthropic's Messages API, put to work for callers that speak OpenAI's chat format."""

from typing import Final

from novastack_gateway.dialects.anthropic.answer import answer
from novastack_gateway.dialects.anthropic.errors import message_of
from novastack_gateway.dialects.anthropic.put import put
from novastack_gateway.dialects.anthropic.stream import Chunks
from novastack_gateway.dialects.dialect import Dialect
from novastack_gateway.errors import Header

VERSION: Final = b"2023-06-01"


def credential(key: str) -> tuple[Header, ...]:
    return ((b"x-api-key", key.encode()), (b"anthropic-version", VERSION))


ANTHROPIC: Final = Dialect(
    path=b"/v1/messages",
    credential=credential,
    put=put,
    answer=answer,
    stream=Chunks,
    message_of=message_of,
)
