"""A request as stubs and faults see it: the neutral prompt, the headers, and the JSON body for those who ask for it.

`last_message` is the last one whoever spoke, so that a stub on the user's words does not match again after a tool.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from novastack_simulators.prompt import Prompt


class Scene(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One request that was understood. The names of `fields` (headers) are in lower case.

    For faults alone: the fingerprint of its `key`, the `stub` that replies, and how often it came (`attempt`, from 1).
    """

    prompt: Prompt
    fields: Mapping[str, str]
    body: bytes
    key: str | None = None
    stub: str | None = None
    attempt: int = 1

    @cached_property
    def json(self) -> Any:
        """The body; it was JSON, or it would not have been understood."""
        return msgspec.json.decode(self.body)

    @property
    def last_message(self) -> str:
        return self.prompt.turns[-1].text if self.prompt.turns else ""

    @cached_property
    def tool_results(self) -> tuple[str, ...]:
        """The results that are being answered: those since the assistant last spoke, oldest first."""
        found: list[str] = []
        for turn in reversed(self.prompt.turns):
            if turn.role == "assistant":
                break
            found.extend(reversed(turn.results or ((turn.text,) if turn.role == "tool" else ())))
        return tuple(reversed(found))
