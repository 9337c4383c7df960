"""From a vLLM body to the neutral request. Unknown fields are ignored, as vLLM does (its models allow extra ones)."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.openai.body import ChatBody
from novastack_simulators.dialects.openai.decode import prompt
from novastack_simulators.dialects.openai.rules import Limits, Range, check
from novastack_simulators.dialects.reading import parsed, typed
from novastack_simulators.dialects.vllm.checks import before, sampling, summary
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt, Thinking, digest
from novastack_simulators.refusal import Refusal

# Wide open: vLLM's own checks have run by then.
ANY: Final = Range(-(2.0**63), 2.0**63)
LIMITS: Final = Limits(
    roles=("system", "developer", "user", "assistant", "tool", "function"),
    ranges=dict.fromkeys(("temperature", "top_p", "presence_penalty", "frequency_penalty", "n", "top_logprobs"), ANY),
    tools=10_000,
    stops=10_000,
    logprobs=True,
)
Valid = TypeVar("Valid", bound=msgspec.Struct)
OWN: Final = ("chat_template_kwargs", "thinking_token_budget", "include_reasoning")
# pydantic's names for what is wrong with a type, by what was wanted; the second is for a string that does not parse.
TYPES: Final[Mapping[str, tuple[str, tuple[str, str] | None]]] = {
    "a valid integer": ("int_type", ("int_parsing", ", unable to parse string as an integer")),
    "a valid number": ("float_type", ("float_parsing", ", unable to parse string as a number")),
    "a valid boolean": ("bool_type", ("bool_parsing", ", unable to interpret input")),
    "a valid string": ("string_type", None),
    "a valid list": ("list_type", None),
    "a valid dictionary": ("model_attributes_type", None),
}


class StreamOptions(msgspec.Struct, frozen=True):
    """What a stream carries besides the answer; continuous usage stands on every chunk."""

    include_usage: bool | None = None
    continuous_usage_stats: bool | None = None


class Body(ChatBody, frozen=True, kw_only=True):
    """What vLLM adds."""

    stream_options: StreamOptions | None = None  # type: ignore[assignment]  # has what the parent's has, and more
    chat_template_kwargs: dict[str, Any] | None = None
    thinking_token_budget: int | None = None
    include_reasoning: bool | None = None


def decode(data: bytes, fields: Fields, profile: Profile) -> Prompt:
    """The neutral request. Raises Refusal."""
    kind = fields.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        text = "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed"
        raise Refusal("type", message=text)
    return read(parsed(data), profile)


def read(given: dict[str, Any], profile: Profile) -> Prompt:
    """The neutral request of a JSON object; the model may be left out (the only one is served). Raises Refusal."""
    raw = {**given, "model": profile.models[0]} if given.get("model") is None else given
    before(raw)
    body = validated(raw, Body)
    sampling(body, profile)
    try:
        check(body, LIMITS, profile)
    except Refusal as refusal:
        raise (_validation(refusal, raw) if refusal.kind == "missing" else refusal) from None
    return _extended(prompt(body, raw, thinks=_thinks(body, profile)), body, raw)


def validated(raw: dict[str, Any], kind: type[Valid]) -> Valid:
    """The body as the given struct. Raises Refusal in pydantic's words."""
    try:
        return typed(raw, kind)
    except Refusal as refusal:
        raise _validation(refusal, raw) from None


def _extended(found: Prompt, body: Body, raw: dict[str, Any]) -> Prompt:
    """What only vLLM has. Qwen3's chat template knows no effort, so none changes how long it reasons."""
    own = digest(raw, *OWN)
    shown = body.include_reasoning is not False
    thinking = Thinking(on=found.thinking.on, shown=shown, budget=body.thinking_token_budget)
    return msgspec.structs.replace(
        found, thinking=thinking, content=found.content + own, fingerprint=found.fingerprint + own
    )


def _thinks(body: Body, profile: Profile) -> bool:
    asked = (body.chat_template_kwargs or {}).get("enable_thinking")
    return profile.quirks.thinking_by_default if asked is None else bool(asked)


def _validation(refusal: Refusal, raw: dict[str, Any]) -> Refusal:
    """A missing field or a wrong type as pydantic reports it, in the words of vLLM's handler."""
    param = str(refusal.details["param"])
    if refusal.kind == "missing":
        where, _, _ = param.rpartition(".")
        kind, said, given = "missing", "Field required", _at(raw, where)
    else:
        given = _at(raw, param)
        kind, said = _named(str(refusal.details.get("wanted")), given)
    place = "body" if param == "body" else f"body.{param}"
    text = (
        f"1 validation error:\n  {{'type': {kind!r}, 'loc': {place!r}, 'msg': {said!r}, 'input': {summary(given)!r}}}"
    )
    return Refusal(refusal.kind, param=place, message=text)


def _named(wanted: str, given: Any) -> tuple[str, str]:
    kind, parsing = TYPES.get(wanted, ("value_error", None))
    said = f"Input should be {wanted}"
    if isinstance(given, str) and parsing is not None:
        return parsing[0], said + parsing[1]
    return kind, said


def _at(raw: Any, path: str) -> Any:
    """The value at a dotted path, or the nearest one above it."""
    found = raw
    for step in path.split(".") if path else ():
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return found
    return found
