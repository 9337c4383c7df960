"""Fill in the middle: POST /beta/completions, a text between a prompt and a suffix.

api-docs.deepseek.com, create FIM completion (beta): without thinking, at most 4K tokens. `echo` and `logprobs` are not
simulated and refused.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from novastack_simulators import framing
from novastack_simulators.dialects.deepseek.body import UserId
from novastack_simulators.dialects.deepseek.encode import ORDER, envelope, usage, usage_at
from novastack_simulators.dialects.dialect import Fields, Letter
from novastack_simulators.dialects.openai.body import StreamOptions
from novastack_simulators.dialects.openai.decode import stops
from novastack_simulators.dialects.openai.encode import FINISHES
from novastack_simulators.dialects.openai.rules import RANGES, Range
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.generation import Choice, seeded
from novastack_simulators.generation.deltas import pieces
from novastack_simulators.plan import Frame, Phase
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt, Turn, digest
from novastack_simulators.refusal import Refusal

CONTENT: Final = ("model", "prompt", "suffix", "temperature", "top_p", "presence_penalty", "frequency_penalty")
LONGEST: Final = 4096
CHECKED: Final = {
    **{name: RANGES[name] for name in ("temperature", "top_p", "presence_penalty", "frequency_penalty")},
    "max_tokens": Range(1, LONGEST),
}


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of the request; other fields are ignored."""

    model: str
    prompt: str
    suffix: str | None = None
    max_tokens: int | None = None
    stop: str | list[str] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    echo: bool | None = None
    logprobs: int | None = None
    user_id: UserId | None = None


def decode(data: bytes, _fields: Fields, profile: Profile) -> Prompt:
    """The neutral request. Raises Refusal."""
    raw = parsed(data)
    body = typed(raw, Body)
    _check(body, profile)
    return Prompt(
        model=body.model,
        turns=(Turn(role="user", text=body.prompt + (body.suffix or "")),),
        content=digest(raw, *CONTENT),
        fingerprint=digest(raw, *CONTENT, "max_tokens", "stop"),
        limit=LONGEST if body.max_tokens is None else body.max_tokens,
        stop=stops(body.stop),
        stream=bool(body.stream),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
        bare=True,
        wire=body,
    )


def _check(body: Body, profile: Profile) -> None:
    if body.model not in profile.models:
        raise Refusal("model", model=body.model)
    for name, allowed in CHECKED.items():
        number = getattr(body, name)
        if number is not None and not allowed.holds(number):
            raise Refusal("range", param=name, allowed=allowed, value=number)
    for name in ("echo", "logprobs"):
        if getattr(body, name):
            raise Refusal("unsupported", param=name, message=f"'{name}' is not supported by this model")
    if body.stream_options is not None and not body.stream:
        text = "'stream_options' is only allowed when 'stream' is true"
        raise Refusal("invalid", param="stream_options", message=text)


def plain(letter: Letter) -> bytes:
    choice = letter.generation.choices[0]
    said = _choice("".join(choice.text), _finish(choice))
    body = {**envelope(letter, "text_completion"), "choices": [said], "usage": usage(letter)}
    return msgspec.json.encode({key: body[key] for key in ORDER})


def _finish(choice: Choice) -> str:
    return choice.reason or FINISHES[choice.finish]


def _choice(text: str, finish: str | None) -> dict[str, Any]:
    return {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}


def stream(letter: Letter) -> tuple[Frame, ...]:
    return (*_chunks(letter), Frame("done", 0, framing.data(b"[DONE]")))


def _chunks(letter: Letter) -> Iterator[Frame]:
    choice, at = letter.generation.choices[0], usage_at(letter)
    sizes = (letter.profile.delta_tokens.least, letter.profile.delta_tokens.most)
    for piece in pieces(choice.text, sizes, seeded("deltas", letter.stamp)):
        yield _chunk(letter, "text", len(piece), [_choice("".join(piece), None)])
    ending = {"usage": usage(letter)} if "finish" in at else {}
    yield _chunk(letter, "finish", 0, [_choice("", _finish(choice))], **ending)
    if "trailing" in at:
        yield _chunk(letter, "usage", 0, [], usage=usage(letter))


def _chunk(letter: Letter, phase: Phase, tokens: int, choices: list[dict[str, Any]], **more: Any) -> Frame:
    body = {**envelope(letter, "text_completion"), "choices": choices, **more}
    return Frame(phase, tokens, framing.data(msgspec.json.encode({key: body[key] for key in ORDER if key in body})))
