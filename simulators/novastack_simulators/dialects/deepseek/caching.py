"""Context caching: always on; a request hits what an earlier one ended with.

api-docs.deepseek.com/guides/kv_cache (2026): each request leaves two units, at the end of the user's input and at the
end of the model's output, and a later request hits a unit only if it holds the whole of it. What is hit counts in
steps of 64 tokens. So whether a request hits depends on its own conversation, never on the order of others.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from novastack_simulators.dialects.dialect import Reading
from novastack_simulators.generation import Choice, prompt_tokens, stamp
from novastack_simulators.prefixes import Cached, Unit
from novastack_simulators.prompt import Prompt


def cached(reading: Reading) -> Cached:
    """The longest unit that the conversation begins with, and the units that it leaves."""
    figures, prompt = reading.profile.cache, reading.prompt
    if figures is None:
        return Cached()
    digests = list(_digests(prompt))
    hit = next((place for place in range(len(digests), 0, -1) if reading.held(digests[place - 1])), 0)
    step = int(figures.step.value)
    read = _tokens(reading, hit) // step * step if hit else 0
    if reading.generation.prompt_tokens < figures.least.value:
        return Cached()
    ends = {digests[-1], *_spoken(digests[-1], reading.generation.choices[0])}
    return Cached(read=read, keep=tuple(Unit(digest, figures.ttl.value) for digest in sorted(ends)))


def _digests(prompt: Prompt) -> Iterator[bytes]:
    """The digest after each turn. Tools come first in the prompt; `user_id` keeps caches apart."""
    tools = msgspec.json.encode([tool.text for tool in prompt.tools])
    digest = stamp("cache", prompt.model, str(_user(prompt.wire)), tools)
    for turn in prompt.turns:
        digest = stamp(digest, turn.role, turn.text)
        yield digest


def _user(wire: Any) -> str | None:
    body = getattr(wire, "body", wire)
    return getattr(body, "user_id", None) or getattr(getattr(body, "metadata", None), "user_id", None)


def _spoken(digest: bytes, choice: Choice) -> Iterator[bytes]:
    """The ends of the output: as a client sends it back with its reasoning, and without."""
    calls = "".join(call.name + "".join(call.arguments) for call in choice.calls)
    for reasoning in ("", "".join(choice.reasoning)):
        yield stamp(digest, "assistant", "".join(choice.text) + reasoning + calls)


def _tokens(reading: Reading, turns: int) -> int:
    prefix = msgspec.structs.replace(reading.prompt, turns=reading.prompt.turns[:turns])
    return min(reading.generation.prompt_tokens, prompt_tokens(prefix, reading.speaker))
