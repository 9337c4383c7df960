"""What DashScope adds to an OpenAI-like body, and what it refuses of it.

Alibaba Cloud Model Studio, error codes and deep thinking (help pages of June 2026).
"""

from types import MappingProxyType
from typing import Any, Final

import msgspec

from novastack_simulators.dialects.dashscope.inspection import inspected
from novastack_simulators.dialects.dialect import Fields
from novastack_simulators.dialects.openai.body import ChatBody
from novastack_simulators.dialects.openai.decode import Reader
from novastack_simulators.dialects.openai.rules import Limits, Range
from novastack_simulators.profile import Profile
from novastack_simulators.prompt import Prompt, digest
from novastack_simulators.refusal import Refusal

LONGEST_THOUGHT: Final = 38_912  # models.dev: the thinking budget of qwen3-235b-a22b
SEARCH: Final = ("enable_search", "search_options")


class Body(ChatBody, frozen=True, kw_only=True):
    """What DashScope adds; the OpenAI SDK sends it by extra_body."""

    enable_thinking: bool | None = None
    thinking_budget: int | None = None
    incremental_output: bool | None = None
    enable_search: bool | None = None
    search_options: dict[str, Any] | None = None


def _thinks(body: Body, profile: Profile) -> bool:
    return profile.quirks.thinking_by_default if body.enable_thinking is None else body.enable_thinking


def _checks(body: Body, profile: Profile) -> None:
    thinks = _thinks(body, profile)
    if thinks and not body.stream:
        text = "parameter.enable_thinking must be set to false for non-streaming calls"
        raise Refusal("invalid", param="enable_thinking", message=text)
    if thinks and body.incremental_output is False:
        text = 'The incremental_output parameter must be "true" when enable_thinking is true'
        raise Refusal("invalid", param="incremental_output", message=text)
    if body.stream and body.incremental_output is False:
        # The compatible mode streams increments only (vendor's page on qwq-32b: false cannot be set).
        text = "The incremental_output parameter cannot be set to false"
        raise Refusal("unsupported", param="incremental_output", message=text)
    if body.thinking_budget is not None and not 1 <= body.thinking_budget <= LONGEST_THOUGHT:
        text = f"The thinking_budget parameter must be a positive integer and not greater than {LONGEST_THOUGHT}"
        raise Refusal("invalid", param="thinking_budget", message=text)


READER: Final = Reader(
    body=Body,
    limits=Limits(ranges=MappingProxyType({
        "temperature": Range(0, 2), "top_p": Range(0, 1, above=True), "presence_penalty": Range(-2, 2),
        "frequency_penalty": Range(-2, 2), "n": Range(1, 4), "top_logprobs": Range(0, 5),
    })),
    checks=_checks,
    thinks=_thinks,
)  # fmt: skip


def decode(data: bytes, fields: Fields, profile: Profile) -> Prompt:
    """The neutral request: reasoning is bounded by its budget, what must not be said is refused. Raises Refusal."""
    prompt = READER.read(data, fields, profile)
    inspected(prompt)
    body: Body = prompt.wire
    thinking = msgspec.structs.replace(prompt.thinking, budget=body.thinking_budget)
    searched = {name: getattr(body, name) for name in SEARCH}
    if not any(searched.values()):
        return msgspec.structs.replace(prompt, thinking=thinking)
    own = digest(searched, *SEARCH)
    return msgspec.structs.replace(
        prompt, thinking=thinking, content=prompt.content + own, fingerprint=prompt.fingerprint + own
    )
