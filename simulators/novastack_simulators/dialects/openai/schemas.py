"""The schemas that a caller sends: of functions and of structured output, and what `strict` asks of them.

OpenAI, guide to structured outputs: with `strict` every object lists all its properties as required and forbids others.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from novastack_simulators.dialects.openai.body import Declared
from novastack_simulators.dialects.openai.checks import rejected
from novastack_simulators.dialects.reading import check_schema
from novastack_simulators.refusal import Refusal

DEEPEST: Final = 64
MAPS: Final = ("properties", "$defs", "definitions")
LISTS: Final = ("anyOf", "allOf", "oneOf")


def check_parameters(function: Declared, param: str) -> None:
    """Refuses a function whose parameters are no schema, or not a strict one where strict was asked for."""
    name = f"function '{function.name}'"
    _check(function.parameters or {"type": "object"}, name, param, "invalid_function_parameters")
    if function.strict and function.parameters is not None:
        _strict(function.parameters, name, param, "invalid_function_parameters")


def check_format(schema: Any, name: str, param: str, *, strict: bool) -> None:
    """Refuses the schema of an answer."""
    _check(schema, name, param, "invalid_json_schema")
    if strict:
        _strict(schema, name, param, "invalid_json_schema")


def _check(schema: Any, name: str, param: str, code: str) -> None:
    try:
        check_schema(schema, param)
    except Refusal as refusal:
        said = str(refusal.details["message"]).removeprefix("Invalid schema: ")
        raise rejected(param, code, f"Invalid schema for {name}: {said}") from None


def _strict(schema: Mapping[str, Any], name: str, param: str, code: str) -> None:
    for context, part in _objects(schema, ()):
        reason = _lacks(part)
        if reason:
            text = f"Invalid schema for {name}: In context={context!r}, {reason}"
            raise rejected(param, code, text)


def is_strict(schema: Any) -> bool:
    """Whether a schema is what `strict` asks for."""
    return isinstance(schema, Mapping) and not any(_lacks(part) for _, part in _objects(schema, ()))


def _lacks(schema: Mapping[str, Any]) -> str | None:
    properties, required = schema.get("properties") or {}, schema.get("required")
    if schema.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    lacking = [name for name in properties if name not in (required or ())]
    if lacking:
        return (
            "'required' is required to be supplied and to be an array including every key in properties. "
            f"Missing '{lacking[0]}'."
        )
    return None


def _objects(schema: Any, context: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every object schema in a schema, with where it stands."""
    if not isinstance(schema, Mapping) or len(context) > DEEPEST:
        return
    if schema.get("type") == "object" or "properties" in schema:
        yield context, schema
    for step, part in _parts(schema):
        yield from _objects(part, (*context, *step))


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key in MAPS:
        if isinstance(schema.get(key), Mapping):
            yield from (((key, name), part) for name, part in schema[key].items())
    for key in LISTS:
        if isinstance(schema.get(key), list):
            yield from (((key, str(index)), part) for index, part in enumerate(schema[key]))
    if "items" in schema:
        yield ("items",), schema["items"]
