"""A conversation in OpenAI's format as Anthropic's: system text apart, turns that alternate, blocks that pair up."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from novastack_gateway.dialects.anthropic.chat import (
    Assistant,
    Audio,
    Call,
    Content,
    Developer,
    File,
    Image,
    Json,
    Message,
    Part,
    Refusal,
    System,
    Text,
    Tool,
)
from novastack_gateway.errors import Problem

_DATA_URL: Final = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+);base64,(?P<data>.*)", re.DOTALL)
_ARGUMENTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def system(messages: Sequence[Message]) -> list[Json]:
    """The text of all system and developer turns, in their order."""
    return [
        block
        for index, message in enumerate(messages)
        if isinstance(message, System | Developer)
        for block in _blocks(message.content, f"messages[{index}].content")
    ]


def turns(messages: Sequence[Message]) -> list[Json]:
    """The other turns; neighbours of one role are one turn, so that parallel tool results stand together."""
    merged: list[Json] = []
    for role, blocks in _turns(messages):
        if merged and merged[-1]["role"] == role:
            merged[-1]["content"] += blocks
        elif blocks:
            merged.append({"role": role, "content": blocks})
    return merged


def _turns(messages: Iterable[Message]) -> Iterator[tuple[str, list[Json]]]:
    for index, message in enumerate(messages):
        place = f"messages[{index}]"
        match message:
            case System() | Developer():
                continue
            case Assistant(content=content, tool_calls=calls):
                used = [_tool_use(call, f"{place}.tool_calls[{at}]") for at, call in enumerate(calls or ())]
                yield "assistant", _blocks(content, f"{place}.content") + used
            case Tool():
                yield "user", [_tool_result(message, place)]
            case _:
                yield "user", _blocks(message.content, f"{place}.content")


def _blocks(content: Content, place: str) -> list[Json]:
    """Content as blocks; empty text is left out, as the Messages API refuses it."""
    if content is None or isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [block for index, part in enumerate(content) for block in _block(part, f"{place}[{index}]")]


def _block(part: Part, place: str) -> Iterator[Json]:
    match part:
        case Text(text=text) | Refusal(refusal=text):
            if text:
                yield {"type": "text", "text": text}
        case Image(image_url=image):
            yield {"type": "image", "source": _source(image.url, f"{place}.image_url.url")}
        case File(file=file):
            if file.file_data is None:
                raise _unsupported(f"{place}.file.file_id", "the file itself must be in `file_data`")
            yield {"type": "document", "source": _source(file.file_data, f"{place}.file.file_data")}
        case Audio():
            raise _unsupported(f"{place}.input_audio", "this model takes no audio")


def _source(url: str, place: str) -> Json:
    found = _DATA_URL.fullmatch(url)
    if found:
        return {"type": "base64", "media_type": found["type"], "data": found["data"]}
    if url.startswith(("https://", "http://")):
        return {"type": "url", "url": url}  # fetched by the upstream, never by the gateway
    raise Problem(
        400,
        f"Invalid value for '{place}': expected a base64 data URL or an http(s) URL.",
        code="invalid_value",
        param=place,
    )


def _tool_use(call: Call, place: str) -> Json:
    arguments = call.function.arguments
    try:
        # A call without arguments is `""` in many histories; the Messages API wants an object.
        value = _ARGUMENTS.decode(arguments) if arguments.strip() else {}
    except (msgspec.DecodeError, RecursionError):
        param = f"{place}.function.arguments"
        raise Problem(
            400, f"Invalid value for '{param}': expected the text of a JSON object.", code="invalid_value", param=param
        ) from None
    return {"type": "tool_use", "id": call.id, "name": call.function.name, "input": value}


def _tool_result(message: Tool, place: str) -> Json:
    return {
        "type": "tool_result",
        "tool_use_id": message.tool_call_id,
        "content": _blocks(message.content, f"{place}.content"),
    }


def _unsupported(place: str, why: str) -> Problem:
    return Problem(400, f"'{place}' is not supported: {why}.", code="unsupported_value", param=place)
