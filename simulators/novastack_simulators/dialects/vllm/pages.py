"""What vLLM serves besides answers: health, version, load, tokenizing, the models with their permission."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from novastack_simulators.dialects.dialect import Asked, Page
from novastack_simulators.dialects.reading import parsed
from novastack_simulators.dialects.vllm.decode import read, validated
from novastack_simulators.dialects.vllm.lexicon import Numbering, Part, UnknownTokenError, tokens
from novastack_simulators.generation import stamp
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt
from novastack_simulators.refusal import Refusal

EMPTY: Final = Page(b"text/plain; charset=utf-8", b"")
Look = Callable[[Asked], Any]


def health(_asked: Asked) -> Page:
    """200 and nothing."""
    return EMPTY


def version(asked: Asked) -> Any:
    return {"version": asked.profile.quirks.version}


def load(asked: Asked) -> Any:
    """How many answers are under way."""
    return {"server_load": asked.load.running}


def models(asked: Asked) -> Any:
    return {"object": "list", "data": [_card(asked.profile, name) for name in asked.profile.models]}


def model(asked: Asked) -> Any:
    """One card. vLLM itself lists only; the SDKs ask for one."""
    if asked.argument not in asked.profile.models:
        raise Refusal("model", model=asked.argument)
    return _card(asked.profile, asked.argument)


def _card(profile: Profile, name: str) -> dict[str, Any]:
    released = datetime(profile.released.year, profile.released.month, profile.released.day, tzinfo=UTC)
    created = int(released.timestamp())
    permission = {
        "id": f"modelperm-{stamp('modelperm', name)[:16].hex()}",
        "object": "model_permission",
        "created": created,
        "allow_create_engine": False,
        "allow_sampling": True,
        "allow_logprobs": True,
        "allow_search_indices": False,
        "allow_view": True,
        "allow_fine_tuning": False,
        "organization": "*",
        "group": None,
        "is_blocking": False,
    }
    return {
        "id": name,
        "object": "model",
        "created": created,
        "owned_by": profile.owner,
        "root": name,
        "parent": None,
        "max_model_len": int(profile.context.value),
        "permission": [permission],
    }


class Tokenize(msgspec.Struct, frozen=True):
    """A prompt to be cut into tokens; the other form of the request has messages instead."""

    prompt: str
    model: str | None = None
    return_token_strs: bool | None = None


class Detokenize(msgspec.Struct, frozen=True):
    """Token ids to be put together."""

    tokens: list[int]
    model: str | None = None


def tokenize(numbering: Numbering) -> Look:
    def look(asked: Asked) -> Any:
        raw = parsed(asked.body)
        _served(raw, asked.profile)
        chat = "messages" in raw
        parts = list(_templated(read(raw, asked.profile))) if chat else [(validated(raw, Tokenize).prompt, False)]
        numbers = numbering.numbers(parts)
        return {
            "count": len(numbers),
            "max_model_len": int(asked.profile.context.value),
            "tokens": numbers,
            "token_strs": tokens(parts, asked.speaker.unit) if raw.get("return_token_strs") else None,
        }

    return look


def detokenize(numbering: Numbering) -> Look:
    def look(asked: Asked) -> Any:
        raw = parsed(asked.body)
        _served(raw, asked.profile)
        try:
            return {"prompt": numbering.text(validated(raw, Detokenize).tokens)}
        except UnknownTokenError as error:
            raise Refusal("invalid", param="tokens", message=str(error)) from None

    return look


def _served(raw: dict[str, Any], profile: Profile) -> None:
    named = raw.get("model")
    if named is not None and named not in profile.models:
        raise Refusal("model", model=named)


def _templated(prompt: Prompt) -> Iterator[Part]:
    """The messages in Qwen3's chat template: as many tokens as usage counts for them (images have none to show)."""
    for tool in prompt.tools:
        yield tool.text, False
    for turn in prompt.turns:
        yield from _marks("<|im_start|>", turn.role, "\n")
        yield turn.text, False
        yield from _marks("<|im_end|>", "\n")
    yield from _marks("<|im_start|>", "assistant", "\n")


def _marks(*marks: str) -> Iterator[Part]:
    return ((mark, True) for mark in marks)
