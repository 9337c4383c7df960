"""From bytes to a typed body: msgspec's complaints become refusals that name the field."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from novastack_simulators.generation import BadSchemaError
from novastack_simulators.generation.values import check
from novastack_simulators.refusal import Refusal

Body = TypeVar("Body", bound=msgspec.Struct)
DEEPEST: Final = 128
PLACE: Final = re.compile(r" - at `(.*)`$")
MISSING: Final = re.compile(r"Object missing required field `(.*?)`")
UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*?)`")
VALUE: Final = re.compile(r"Invalid (?:enum )?value (.*)")
WANTED: Final[Mapping[str, str]] = {
    "int": "a valid integer", "str": "a valid string", "bool": "a valid boolean", "float": "a valid number",
    "array": "a valid list", "object": "a valid dictionary", "str | array": "a valid string or list",
}  # fmt: skip
EXPECTED: Final = re.compile(r"Expected `(.*?)`(?:, got `(.*?)`)?")


def parsed(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Refusal malformed or not_object."""
    try:
        found = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("malformed", message=str(error), length=len(body)) from None
    if _nested(found, body):
        text = f"the body is nested deeper than {DEEPEST} levels"
        raise Refusal("malformed", message=text, length=len(body))
    if not isinstance(found, dict):
        raise Refusal("not_object", message="the body is not a JSON object", length=len(body))
    return found


def _nested(found: Any, body: bytes) -> bool:
    """Whether a body is too deep for what reads it later; only one with many brackets has to be walked."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    level = [found]
    for _ in range(DEEPEST + 1):
        level = [part for each in level for part in (each.values() if isinstance(each, dict) else each)]
        level = [part for part in level if isinstance(part, dict | list)]
    return bool(level)


def typed(raw: dict[str, Any], kind: type[Body]) -> Body:
    """The body as the given struct. Raises Refusal missing, type or extra, with `param` in dotted form."""
    try:
        return msgspec.convert(raw, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise _refusal(str(error)) from None


def _refusal(complaint: str) -> Refusal:
    place = PLACE.search(complaint)
    where = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", place[1]) if place else "$"
    if missing := MISSING.match(complaint):
        return Refusal("missing", param=f"{where}.{missing[1]}"[2:], message="required")
    if unknown := UNKNOWN.match(complaint):
        return Refusal("extra", param=f"{where}.{unknown[1]}"[2:])
    expected = EXPECTED.match(complaint)
    value = VALUE.match(message := PLACE.sub("", complaint))
    wanted = WANTED.get(expected[1].removesuffix(" | null"), expected[1]) if expected else "within bounds"
    wanted = f"one of the documented values, not {value[1]}" if value else wanted
    return Refusal("type", param=where[2:] or "body", wanted=wanted, message=message)


def check_schema(schema: Any, param: str) -> None:
    """Refuses a schema that is none, or that nothing can satisfy."""
    try:
        check(schema)
    except BadSchemaError as error:
        raise Refusal("invalid", param=param, message=f"Invalid schema: {error}") from None
