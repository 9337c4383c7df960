"""For upstreams that know no developers: such a turn becomes a system turn, which is what the role was called before."""

from typing import Final

import msgspec

from novastack_gateway import splice
from novastack_gateway.dialects import openai
from novastack_gateway.dialects.dialect import Ask

_MESSAGES: Final = msgspec.json.Decoder(list[msgspec.Raw])


def without_developers(ask: Ask) -> bytes:
    """The body with the upstream's name of the model and every developer's turn renamed; all else as it came.

    Raises Problem 400 when a member that must change is given twice.
    """
    body = openai.with_model(ask)
    if all(turn.role != "developer" for turn in ask.envelope.messages):
        return body
    return openai.once(lambda: splice.replace(body, {"messages": _as_system(body, ask)}))


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
