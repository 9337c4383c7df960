"""Bytes to typed values, or a 400 that names the place: what was wrong, where, and what would be right."""

import re
from typing import Any, TypeVar

import msgspec

from novastack_gateway.errors import Problem

T = TypeVar("T")

_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`")

# The codes that OpenAI's API gives for each kind of violation (recorded; cases REQ-006, REQ-009, REQ-010).
_CODES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Expected `float` <="), "decimal_above_max_value"),
    (re.compile(r"Expected `float` >="), "decimal_below_min_value"),
    (re.compile(r"Expected `int` <="), "integer_above_max_value"),
    (re.compile(r"Expected `int` >="), "integer_below_min_value"),
    (re.compile(r"Expected `array` of length >="), "empty_array"),
    (re.compile(r"Expected `array` of length <="), "array_above_max_length"),
    (re.compile(r"Expected `[^`]+`, got `"), "invalid_type"),
)


def read(decoder: "msgspec.json.Decoder[T]", text: bytes) -> T:
    """The decoded value.

    Raises Problem 400 when the text is not JSON, not UTF-8, nested too deep, or of the wrong shape.
    """
    try:
        return decoder.decode(text)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, f"We could not parse the JSON body of your request: {error}.") from None
    except RecursionError:
        raise Problem(400, "The JSON body of your request is nested too deep.") from None


def check_utf8(text: bytes) -> None:
    """RFC 8259 section 8.1: JSON between systems is UTF-8. The decoder looks only at what it decodes.

    Raises Problem 400 that names the first wrong byte.
    """
    if text.isascii():
        return
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, f"The body of your request is not UTF-8 (byte {error.start}).") from None


def invalid(message: str) -> Problem:
    """A validation message of msgspec as OpenAI would say it."""
    found = _PATH.match(message)
    what, path = (found["what"], found["path"]) if found else (message, None)
    place = (path or "$").removeprefix("$").removeprefix(".")
    missing = _MISSING.match(what)
    if missing:
        name = f"{place}.{missing['field']}" if place else missing["field"]
        return Problem(400, f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name)
    code = next((code for pattern, code in _CODES if pattern.match(what)), "invalid_value")
    if not place:
        return Problem(400, f"The body of your request must be a JSON object: {what}.", code=code)
    return Problem(400, f"Invalid value for '{place}': {what}.", code=code, param=place)


def value_of(text: bytes) -> Any:
    """The plain value of JSON text that another program sent; None when it is not JSON."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
