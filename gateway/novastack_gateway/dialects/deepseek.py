"""DeepSeek's API, OpenAI-like but for the roles that it knows."""

from dataclasses import replace
from typing import Final

import msgspec

from novastack_gateway import splice
from novastack_gateway.dialects import openai
from novastack_gateway.dialects.dialect import Ask, Put

_MESSAGES: Final = msgspec.json.Decoder(list[msgspec.Raw])


def put(ask: Ask) -> Put:
    """As OpenAI's, but a developer's turn is a system turn, which is what the role was called before.

    Recorded (wire C): 400 "unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`, …".
    """
    body = openai.with_model(ask)
    if all(turn.role != "developer" for turn in ask.envelope.messages):
        return Put(body)
    return Put(openai.once(lambda: splice.replace(body, {"messages": _as_system(body, ask)})))


def _as_system(body: bytes, ask: Ask) -> bytes:
    spans = [(begin, end) for name, begin, end in splice.members(body) if name == "messages"]
    if len(spans) > 1:
        raise splice.DuplicateMember("messages")
    begin, end = spans[0]
    messages = (bytes(message) for message in _MESSAGES.decode(body[begin:end]))
    turns = zip(ask.envelope.messages, messages, strict=True)
    return b"[%b]" % b",".join(
        splice.replace(message, {"role": b'"system"'}) if turn.role == "developer" else message
        for turn, message in turns
    )


DEEPSEEK: Final = replace(openai.OPENAI, put=put)
