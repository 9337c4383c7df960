"""`empty_choices`: an event of an OpenAI-like stream whose `choices` is an empty list, where nobody expects one.

Azure begins its streams so (prompt filter results), aggregators say an error in it.
"""

from typing import Any, Literal

import msgspec
from pydantic import Field

from novastack_simulators.faults.at import EventAt, place, plain
from novastack_simulators.faults.context import Context
from novastack_simulators.faults.events import inserted, read, rewritten, written
from novastack_simulators.faults.fault import Fault
from novastack_simulators.plan import Plan


class EmptyChoices(Fault):
    """With `error` the event also says the provider's error of `status` and `code`."""

    do: Literal["empty_choices"]
    at: EventAt = "first_text"
    error: bool = Field(default=False, strict=True)
    status: int = Field(default=500, ge=400, le=599, strict=True)
    code: str | None = Field(default=None, min_length=1, max_length=64)


def strike(fault: EmptyChoices, plan: Plan, context: Context) -> Plan | None:
    """One more event, like the others but for its choices; a plain answer has none of its own. The stream goes on."""
    index = place(plan.frames, fault.at)
    if index is None:
        return None
    said = {"error": _error(context)} if fault.error else {}
    if plain(plan):
        return rewritten(plan, 0, lambda body: _emptied(body, said))
    like = next((frame for frame in plan.frames if "choices" in (read(frame) or ())), None)
    if like is None:
        return None
    body = read(like)
    _emptied(body, said)
    return inserted(plan, index, written(like, body)._replace(tokens=0))


def _emptied(body: dict[str, Any], said: dict[str, Any]) -> bool:
    if "choices" not in body:
        return False
    body["choices"] = []
    body.update(said)
    return True


def _error(context: Context) -> Any:
    """What stands in the provider's body under `error`, or the body where the provider has it flat."""
    body = msgspec.json.decode(context.error.frames[0].data)
    return body.get("error", body)


def unfit(_fault: EmptyChoices, dialect: str) -> str | None:
    return "Anthropic's answers have no choices" if dialect == "anthropic" else None
