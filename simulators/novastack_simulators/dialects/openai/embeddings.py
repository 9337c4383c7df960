"""OpenAI's POST /v1/embeddings: made-up vectors of the right shape.

A vector depends on the model and the input only: the same text has the same vector in every batch and every process.
It has length 1, and fewer `dimensions` are its beginning, scaled to length 1 again (guide to embeddings).
"""

import base64
import hashlib
import math
from array import array
from collections.abc import Sequence
from struct import pack
from typing import Any, NamedTuple

import msgspec

from novastack_simulators.dialects.dialect import Fields, Letter
from novastack_simulators.dialects.openai import fields
from novastack_simulators.dialects.openai.checks import rejected
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.generation.tokens import count, unit
from novastack_simulators.plan import Frame
from novastack_simulators.profile import Embeddings, Profile
from novastack_simulators.prompt import Prompt, Turn, digest
from novastack_simulators.refusal import Refusal


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that are read here; all are checked before."""

    model: str
    input: str | list[str | int | list[int]]
    encoding_format: str | None = None
    dimensions: int | None = None

    @property
    def inputs(self) -> list[str | list[int]]:
        """Each input apart: a text, or tokens."""
        if isinstance(self.input, str):
            return [self.input]
        numbers = [part for part in self.input if isinstance(part, int)]
        return [numbers] if numbers else [part for part in self.input if not isinstance(part, int)]


class Order(NamedTuple):
    """What the writer needs: the request and how long its vectors are."""

    body: Body
    size: int


def decode(data: bytes, _fields: Fields, profile: Profile) -> Prompt:
    """The neutral request: nothing is to be said about it. Raises Refusal."""
    raw = parsed(data)
    fields.EMBEDDING(raw, "")
    body = typed(raw, Body)
    offered = profile.embeddings
    if offered is None or body.model not in offered.models:
        raise Refusal("model", model=body.model)
    _kinds(body)
    turns = tuple(
        Turn(role="user", text=each) if isinstance(each, str) else Turn(role="user", text="", tokens=len(each))
        for each in body.inputs
    )
    _fit(turns, offered, profile)
    return Prompt(
        model=body.model,
        turns=turns,
        content=digest(raw, "model", "input"),
        fingerprint=digest(raw, "model", "input", "encoding_format", "dimensions"),
        n=0,
        bare=True,
        wire=Order(body, _size(body, offered)),
    )


def _kinds(body: Body) -> None:
    if len({type(part) for part in body.input}) > 1:
        text = "Invalid type for 'input': expected strings, integers or arrays of integers, but got more than one kind."
        raise rejected("input", "invalid_type", text)


def _size(body: Body, offered: Embeddings) -> int:
    model = offered.models[body.model]
    if body.dimensions is None:
        return model.size
    if not model.shortened:
        raise rejected("dimensions", None, "This model does not support specifying dimensions.")
    if body.dimensions > model.size:
        text = f"Invalid value for 'dimensions' = {body.dimensions}. Must be less than or equal to {model.size}."
        raise rejected("dimensions", None, text)
    return body.dimensions


def _fit(turns: Sequence[Turn], offered: Embeddings, profile: Profile) -> None:
    lengths = [turn.tokens + count(turn.text, unit(profile)) for turn in turns]
    longest, most = int(offered.longest_input.value), int(offered.longest_request.value)
    if max(lengths) > longest:
        text = (
            f"This model's maximum context length is {longest} tokens, however you requested {max(lengths)} tokens "
            f"({max(lengths)} in your prompt; 0 for the completion). Please reduce your prompt; or completion length."
        )
        raise rejected("input", "context_length_exceeded", text)
    if sum(lengths) > most:
        text = f"Requested {sum(lengths)} tokens, max {most} tokens per request"
        raise rejected("input", "max_tokens_per_request", text)


def plain(letter: Letter) -> bytes:
    order: Order = letter.prompt.wire
    rows = [
        {
            "object": "embedding",
            "index": index,
            "embedding": _written(vector(order.body.model, each, order.size), order),
        }
        for index, each in enumerate(order.body.inputs)
    ]
    tokens = letter.generation.prompt_tokens
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return msgspec.json.encode({"object": "list", "data": rows, "model": order.body.model, "usage": usage})


def _written(numbers: "array[float]", order: Order) -> Any:
    """API reference, encoding_format: base64 is of the little-endian 32-bit floats."""
    if order.body.encoding_format == "base64":
        return base64.b64encode(pack(f"<{len(numbers)}f", *numbers)).decode()
    return list(numbers)


def vector(model: str, given: str | list[int], size: int) -> "array[float]":
    """A vector of length 1 in 32-bit floats; its direction depends on the model and the input only."""
    text = given if isinstance(given, str) else msgspec.json.encode(given).decode()
    noise = hashlib.shake_256(f"{model}\0{text}".encode(errors="surrogatepass")).digest(size * 2)
    drawn = [first * 256 + second - 32_767.5 for first, second in zip(noise[::2], noise[1::2], strict=True)]
    length = math.sqrt(sum(each * each for each in drawn))
    return array("f", (each / length for each in drawn))


def stream(letter: Letter) -> tuple[Frame, ...]:
    """No field of the request asks for a stream; were there one, it would be the whole at once."""
    return (Frame("body", 0, plain(letter)),)
