"""Values that fit a simple JSON Schema: tool arguments and structured output, seeded.

Understood: type, enum, const, properties, required, items, bounds, format (a few), $ref into the same document,
anyOf, oneOf and allOf. What is not understood (pattern, not, conditionals) is not obeyed; docs/simulators.md says so.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from novastack_simulators.generation.prose import sentence
from novastack_simulators.generation.words import pick

DEPTH: Final = 8
LONGEST: Final = 1000
# The first word found in a property's name decides which of faker's words it gets.
BY_NAME: Final[Mapping[str, str]] = {
    "email": "email", "city": "city", "location": "city", "place": "city", "country": "country",
    "company": "company", "first_name": "first_name", "user": "user_name", "file": "file_name", "name": "name",
    "address": "address", "street": "street_name", "phone": "phone_number", "url": "url", "link": "url",
    "date": "date", "time": "time", "day": "day_of_week", "month": "month_name", "color": "color_name",
    "currency": "currency_code", "language": "language_name", "job": "job", "uuid": "uuid4", "id": "uuid4",
    "query": "bs", "title": "catch_phrase", "text": "sentence", "description": "sentence", "word": "word",
}  # fmt: skip
FORMATS: Final[Mapping[str, str]] = {
    "email": "email", "uuid": "uuid4", "uri": "url", "date": "date", "date-time": "iso8601", "ipv4": "ipv4",
}  # fmt: skip


class BadSchemaError(ValueError):
    """The schema is not a schema, or nothing fits it. `where` is the path of the place."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in the schema we are: its root (for $ref), path, property name and depth."""

    root: Any
    path: str = "$"
    name: str = ""
    depth: int = 0

    def into(self, step: str, name: str) -> "Place":
        return replace(self, path=f"{self.path}.{step}", name=name, depth=self.depth + 1)


def value(schema: Any, rng: Random) -> Any:
    """A value that fits the schema. Raises BadSchemaError."""
    return _make(schema, rng, Place(root=schema))


def _make(schema: Any, rng: Random, place: Place) -> Any:
    if schema is True:
        return _string({}, rng, place)
    if not isinstance(schema, Mapping):
        raise BadSchemaError(place.path, "a schema must be an object that something can fit")
    if place.depth > DEPTH * 4:
        raise BadSchemaError(place.path, "the schema never ends")
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(_list(schema, "enum", place))
    merged = _resolve(schema, rng, place)
    if merged is not schema:
        return _make(merged, rng, replace(place, depth=place.depth + 1))
    return MAKERS[_type(schema, place)](schema, rng, place)


def _resolve(schema: Mapping[str, Any], rng: Random, place: Place) -> Any:
    """The schema with its $ref followed, its alternatives chosen and its allOf merged; the same object if none."""
    if "$ref" in schema:
        return _follow(schema["$ref"], place)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            branch = _branch(_list(schema, key, place), rng, place)
            return _merge({name: part for name, part in schema.items() if name != key}, branch, place)
    if "allOf" in schema:
        merged: Mapping[str, Any] = {name: part for name, part in schema.items() if name != "allOf"}
        for part in _list(schema, "allOf", place):
            merged = _merge(merged, part, place)
        return merged
    return schema


def _branch(branches: list[Any], rng: Random, place: Place) -> Any:
    """Any branch while shallow; deep down a null or else the last, so that recursion ends."""
    if place.depth < DEPTH:
        return rng.choice([branch for branch in branches if branch != {"type": "null"}] or branches)
    return next((branch for branch in branches if branch == {"type": "null"}), branches[-1])


def _merge(left: Mapping[str, Any], right: Any, place: Place) -> Mapping[str, Any]:
    while isinstance(right, Mapping) and "$ref" in right:
        right = _follow(right["$ref"], place)
    if not isinstance(right, Mapping):
        raise BadSchemaError(place.path, "a schema must be an object that something can fit")
    merged = {**left, **right}
    if isinstance(left.get("properties"), Mapping) and isinstance(right.get("properties"), Mapping):
        merged["properties"] = {**left["properties"], **right["properties"]}
    if isinstance(left.get("required"), list) and isinstance(right.get("required"), list):
        merged["required"] = left["required"] + right["required"]
    return merged


def _follow(reference: Any, place: Place) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#"):
        raise BadSchemaError(f"{place.path}.$ref", "only references into the same document (#/…) are followed")
    found = place.root
    for step in reference[1:].split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or name not in found:
            raise BadSchemaError(f"{place.path}.$ref", f"{reference} leads nowhere")
        found = found[name]
    if isinstance(found, Mapping) and found.get("$ref") == reference:
        raise BadSchemaError(f"{place.path}.$ref", f"{reference} refers to itself")
    return found


def _list(schema: Mapping[str, Any], key: str, place: Place) -> list[Any]:
    found = schema[key]
    if not isinstance(found, list) or not found:
        raise BadSchemaError(f"{place.path}.{key}", "a list with at least one entry is expected")
    return found


def _type(schema: Mapping[str, Any], place: Place) -> str:
    guess = "object" if "properties" in schema else "array" if "items" in schema else "string"
    named = schema.get("type", guess)
    if isinstance(named, list):
        named = next((kind for kind in named if kind != "null"), "null")
    if not isinstance(named, str) or named not in MAKERS:
        raise BadSchemaError(f"{place.path}.type", f"one of {', '.join(MAKERS)} is expected")
    return named


def _number(schema: Mapping[str, Any], key: str, place: Place) -> float | None:
    found = schema.get(key)
    if found is not None and (isinstance(found, bool) or not isinstance(found, int | float) or abs(found) > 1e15):
        raise BadSchemaError(f"{place.path}.{key}", "a number is expected")
    return found


def _size(schema: Mapping[str, Any], least: str, most: str, place: Place) -> tuple[int, int | None]:
    low, high = _number(schema, least, place), _number(schema, most, place)
    if (low or 0) > LONGEST or (high is not None and high < (low or 0)):
        raise BadSchemaError(place.path, f"{least} and {most} allow nothing that can be made")
    return int(low or 0), None if high is None else int(high)


def _object(schema: Mapping[str, Any], rng: Random, place: Place) -> dict[str, Any]:
    properties = schema.get("properties") or {}
    required = schema.get("required") or []
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        raise BadSchemaError(place.path, "properties must be an object and required a list")
    optional = [name for name in properties if place.depth < DEPTH // 2 and name not in required]
    names = dict.fromkeys([name for name in properties if name in required or name in optional])
    names.update(dict.fromkeys(name for name in required if isinstance(name, str)))
    return {name: _make(properties.get(name, True), rng, place.into(f"properties.{name}", name)) for name in names}


def _array(schema: Mapping[str, Any], rng: Random, place: Place) -> list[Any]:
    low, high = _size(schema, "minItems", "maxItems", place)
    wanted = max(low, 2 if place.depth < DEPTH else 0)
    length = wanted if high is None else min(wanted, high)
    inner = place.into("items", place.name.removesuffix("s"))
    made: list[Any] = []
    for _ in range(length * 8):
        if len(made) == length:
            break
        item = _make(schema.get("items", True), rng, inner)
        if not (schema.get("uniqueItems") and item in made):
            made.append(item)
    if len(made) < low:
        raise BadSchemaError(place.path, f"no {low} different items could be found")
    return made


def _string(schema: Mapping[str, Any], rng: Random, place: Place) -> str:
    low, high = _size(schema, "minLength", "maxLength", place)
    named = next((kind for word, kind in BY_NAME.items() if word in place.name.lower()), "catch_phrase")
    known = schema.get("format")
    text = pick(rng, FORMATS[known] if isinstance(known, str) and known in FORMATS else named)
    while len(text) < low:
        text = f"{text} {sentence(rng)}"
    return text if high is None else text[: max(high, low)]


def _integer(schema: Mapping[str, Any], rng: Random, place: Place) -> int:
    low, high = _bounds(schema, place, span=100)
    step = max(1, math.ceil(_number(schema, "multipleOf", place) or 1))
    first, last = math.ceil(low / step), math.floor(high / step)
    if first * step == schema.get("exclusiveMinimum"):
        first += 1
    if last * step == schema.get("exclusiveMaximum"):
        last -= 1
    if first > last:
        raise BadSchemaError(place.path, "no whole number lies within the bounds")
    return rng.randint(first, last) * step


def _real(schema: Mapping[str, Any], rng: Random, place: Place) -> float:
    low, high = _bounds(schema, place, span=100)
    step = _number(schema, "multipleOf", place)
    if step:
        return _integer({**schema, "multipleOf": math.ceil(step)}, rng, place) if step >= 1 else math.ceil(low)
    return round(rng.uniform(low, high), 2) if high - low > 1 else low + (high - low) / 2


def _bounds(schema: Mapping[str, Any], place: Place, span: int) -> tuple[float, float]:
    """The allowed interval: where one end is open, `span` from the other; a range that includes nothing is refused."""
    lows = [_number(schema, key, place) for key in ("minimum", "exclusiveMinimum")]
    highs = [_number(schema, key, place) for key in ("maximum", "exclusiveMaximum")]
    low = max((each for each in lows if each is not None), default=None)
    high = min((each for each in highs if each is not None), default=None)
    if low is None:
        low = 1 if high is None or high > 1 else high - span
    high = low + span if high is None else high
    if low > high:
        raise BadSchemaError(place.path, "the minimum is greater than the maximum")
    return low, high


def _boolean(_schema: Mapping[str, Any], rng: Random, _place: Place) -> bool:
    return rng.random() < 0.5


def _null(_schema: Mapping[str, Any], _rng: Random, _place: Place) -> None:
    return None


MAKERS: Final[Mapping[str, Callable[[Mapping[str, Any], Random, Place], Any]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _real,
    "boolean": _boolean,
    "null": _null,
}
