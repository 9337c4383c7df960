"""How a wrong parameter of a fault is told: what was expected, and what was given. A key is never repeated."""

from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from novastack_simulators.journal import masked

LONGEST: Final = 100
# What pydantic's sentence already says, or where what was given says nothing.
TOLD: Final = ("value_error", "missing", "union_tag_invalid", "union_tag_not_found")


def shown(given: Any) -> str:
    """What was given, short enough to read and without what looks like a key."""
    text = masked(repr(given))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def retold(error: ValidationError, known: str) -> ValidationError:
    """The same errors in the same places, each saying what was given; `known` are the fields that there are."""
    return ValidationError.from_exception_data(
        error.title,
        [
            InitErrorDetails(
                type=PydanticCustomError("fault", "{told}", {"told": _told(each, known)}),
                loc=each["loc"],
                input=each["input"],
            )
            for each in error.errors(include_url=False)
        ],
    )


def _told(error: Any, known: str) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return f"unknown field: expected {known}" if len(error["loc"]) == 1 else "unknown field"
    return message if error["type"] in (*TOLD, "fault") else f"{message}, got {shown(error['input'])}"
