"""Faults that the prompt asks for: `[[sim overloaded]]`, `[[sim {"do": "rst"}]]`. Pure.

A gateway may drop headers and choose the upstream; the prompt's text it forwards. What begins like a directive and
cannot be read is an error: a test that aims past its target must not pass.
"""

import json
import re
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from novastack_simulators.faults import FAULTS, READER, Fault
from novastack_simulators.faults.wording import shown

# What a request expects of itself is written alike, and read elsewhere (expectations.py).
BEGIN: Final = re.compile(r"\[\[sim\s+(?!expect-)")
NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
END: Final = re.compile(r"\s*\]\]")
FORMS: Final = '[[sim <preset>]], [[sim {"do": …}]], [[sim [{"do": …}, …]]] or [[sim {"framing": …}]]'


class Directive(NamedTuple):
    """The faults that are asked for, and the framing as it was given (None: none)."""

    faults: tuple[Fault, ...] = ()
    framing: Any = None


class DirectiveError(ValueError):
    """A directive cannot be read; the message says which and why."""


def directive(text: str) -> Directive | None:
    """What all directives in a text ask for together; None if there is none. Raises DirectiveError."""
    found = [_read(text, begin.start(), begin.end()) for begin in BEGIN.finditer(text)]
    if not found:
        return None
    faults = tuple(fault for each in found for fault in each.faults)
    return Directive(faults, next((each.framing for each in reversed(found) if each.framing is not None), None))


def _read(text: str, begin: int, start: int) -> Directive:
    given, end = _given(text, begin, start)
    if not END.match(text, end):
        raise DirectiveError(f"the directive {shown(text[begin:end])} does not end with ]]: expected {FORMS}")
    if not isinstance(given, dict) or not given.keys() & {"framing", "faults"}:
        return Directive(_faults(given, text[begin:end]))
    if unknown := given.keys() - {"framing", "faults"}:
        text = f"framing and faults, or one fault, got {', '.join(map(shown, sorted(unknown)))} besides"
        raise DirectiveError(f"the directive expects {text}")
    return Directive(_faults(given.get("faults", []), text[begin:end]), given.get("framing"))


def _given(text: str, begin: int, start: int) -> tuple[Any, int]:
    """What stands in a directive, and where it ends."""
    if text[start : start + 1] in ("{", "["):
        try:
            return json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "it is nested too deeply")
            raise DirectiveError(f"the directive {shown(text[begin : start + 60])} is not JSON: {reason}") from None
    name = NAME.match(text, start)
    if name is None:
        raise DirectiveError(f"the directive {shown(text[begin : start + 20])} says nothing: expected {FORMS}")
    return {"preset": name[0]}, name.end()


def _faults(given: Any, told: str) -> tuple[Fault, ...]:
    if not isinstance(given, list | dict):
        raise DirectiveError(f"the directive {shown(told + ']]')} expects a list of faults, got {shown(given)}")
    try:
        return READER.validate_python([given] if isinstance(given, dict) else given)
    except ValidationError as error:
        reasons = "; ".join(_reason(each) for each in error.errors(include_url=False))
        raise DirectiveError(f"the directive {shown(told + ']]')} asks for no fault that there is: {reasons}") from None


def _reason(error: Any) -> str:
    """Where in the directive, and what is wrong there."""
    place = ".".join(str(step) for step in error["loc"] if isinstance(step, str) and step not in FAULTS)
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
