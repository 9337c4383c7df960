"""Whatever the schema, an independent validator accepts the value: schemas made by Hypothesis over all the words."""

import json
from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novastack_simulators.generation.seed import seeded
from novastack_simulators.generation.values import value
from novastack_simulators.generation.values.formats import FORMATS

Schema = dict[str, Any]
NAMES = st.sampled_from(["city", "email", "count", "note", "flag", "items", "when", "$ref", "a/b", "ключ"])
PATTERNS = (
    "^[a-z]{2,5}$", "^\\d{3}-\\d{4}$", "[A-Z]", "^(red|green|blue)$", "^#(?:[0-9a-fA-F]{3}){1,2}$", "^\\+?[1-9]\\d{1,14}$",
    "^[A-Za-z_][A-Za-z0-9_]*$", "\\bfoo\\b", "^(?=.*\\d)[a-z0-9]{4,}$", "^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$", "x{3}", "^$|^a+$",
    "^[\\u4e00-\\u9fff]{1,4}$", "^\\p{L}+$", "^(?!admin)[a-z]+$", "^v\\d+(\\.\\d+){2}$", "^.{3,}$", "(ab)+c?",
)  # fmt: skip


def sized(least: str, most: str, lows: st.SearchStrategy[int], **more: Any) -> st.SearchStrategy[Schema]:
    """Bounds that allow something: both, one of them, or none."""
    both = st.builds(lambda low, size: {**more, least: low, most: low + size}, lows, st.integers(0, 12))
    return st.one_of(both, st.builds(lambda low: {**more, least: low}, lows), st.just(more))


STRINGS: st.SearchStrategy[Schema] = st.one_of(
    sized("minLength", "maxLength", st.integers(0, 60), type="string"),
    st.sampled_from([{"type": "string", "pattern": pattern} for pattern in PATTERNS]),
    st.sampled_from([{"type": "string", "format": name} for name in [*FORMATS, "unheard-of"]]),
    st.sampled_from([{"type": "string", "format": name, "minLength": 40} for name in ("email", "uri", "hostname")]),
)
NUMBERS: st.SearchStrategy[Schema] = st.one_of(
    sized("minimum", "maximum", st.integers(-500, 500), type="integer"),
    sized("minimum", "maximum", st.integers(-500, 500), type="number"),
    st.builds(
        lambda low, size: {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + size},
        st.floats(-1e6, 1e6),
        st.floats(0.01, 1e3),
    ),
    st.builds(
        lambda kind, step, low: {"type": kind, "multipleOf": step, "minimum": low},
        st.sampled_from(["integer", "number"]),
        st.sampled_from([1, 2, 7, 0.5, 0.25, 2.5, 100]),
        st.integers(-1000, 1000),
    ),
    st.just({"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991}),
)
SIMPLE = st.one_of(st.booleans(), st.integers(-9, 9), st.text(max_size=5), st.none())
OTHERS: st.SearchStrategy[Any] = st.one_of(
    st.builds(lambda many: {"enum": many}, st.lists(SIMPLE, min_size=1, max_size=4)),
    st.builds(lambda one: {"const": one}, st.one_of(SIMPLE, st.lists(SIMPLE, max_size=2))),
    st.sampled_from([True, {}, {"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}]),
    st.sampled_from([{"not": {"type": "string"}}, {"not": {"enum": ["a", 1]}}, {"type": ["integer", "array"]}]),
    st.sampled_from([{"$ref": "#/$defs/tree"}, {"$ref": "#/$defs/pair"}, {"$ref": "#named"}]),
)
DEFINITIONS: Schema = {
    "tree": {
        "type": "object",
        "properties": {"label": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
        "required": ["label", "children"],
        "additionalProperties": False,
    },
    "pair": {"anyOf": [{"type": "null"}, {"type": "array", "prefixItems": [{"$ref": "#/$defs/tree"}], "items": False}]},
    "list": {"$anchor": "named", "oneOf": [{"const": "end"}, {"type": "object", "properties": {"next": {"$ref": "#named"}}, "required": ["next"]}]},
}  # fmt: skip


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.builds(
        lambda properties, more: {"type": "object", "properties": properties, "required": sorted(properties)[:2], **more},
        st.dictionaries(NAMES, inner, max_size=4),
        st.one_of(
            st.sampled_from([
                {}, {"additionalProperties": False}, {"additionalProperties": {"type": "integer"}}, {"minProperties": 1},
                {"maxProperties": 3}, {"dependentRequired": {"city": ["email"]}}, {"unevaluatedProperties": False},
                {"propertyNames": {"maxLength": 20}}, {"minProperties": 3, "propertyNames": {"pattern": "^[a-z]+$"}, "required": []},
                {"patternProperties": {"^c": {}, "^x-": {"type": "string"}}},
                {"dependentSchemas": {"note": {"required": ["flag"]}}},
                {"if": {"required": ["note"]}, "then": {"required": ["when"]}, "else": {"maxProperties": 6}},
                {"not": {"required": ["flag", "note"]}, "required": []},
            ]),
            st.just({}),
        ),
    )  # fmt: skip


def arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.one_of(
        st.builds(lambda item, size: {"type": "array", "items": item, **size}, inner, sized("minItems", "maxItems", st.integers(0, 3))),
        st.builds(lambda first, rest: {"type": "array", "prefixItems": first, "items": rest}, st.lists(inner, min_size=1, max_size=3), inner),
        st.builds(lambda one, least: {"type": "array", "contains": one, "minContains": least}, inner, st.integers(0, 3)),
        st.just({"type": "array", "items": {"enum": [1, 2, 3, True, "a"]}, "uniqueItems": True, "minItems": 3}),
        st.just({"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 20}),
    )  # fmt: skip


def unions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    variants = {
        "oneOf": [
            {"properties": {"kind": {"const": kind}, kind: {"type": "integer"}}, "required": ["kind", kind]}
            for kind in ("circle", "square")
        ],
        "type": "object",
    }
    return st.one_of(
        st.builds(lambda many: {"anyOf": many}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda one: {"allOf": [one]}, inner),
        st.builds(lambda one, said: {"allOf": [one, {"description": said}, True]}, inner, st.text(max_size=4)),
        st.builds(lambda one: {"oneOf": [one, False]}, inner),
        st.builds(lambda one: {"not": {"not": one}}, inner),
        st.just(variants),
        st.just({"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]}),
        st.just({"if": {"type": "string"}, "then": {"minLength": 30}, "else": {"type": "integer"}}),
        st.just({"allOf": [{"properties": {"a": {"minimum": 3}}}, {"properties": {"a": {"type": "integer", "maximum": 4}}, "required": ["a"]}]}),
    )  # fmt: skip


def whole(schema: Any, *, old: bool) -> Any:
    """The schema with the definitions it may refer to, in either spelling."""
    if not isinstance(schema, dict):
        return schema
    found = {**schema, "$defs": DEFINITIONS}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found} if old else found


SCHEMAS = st.builds(
    whole,
    st.recursive(
        st.one_of(STRINGS, NUMBERS, OTHERS),
        lambda inner: st.one_of(objects(inner), arrays(inner), unions(inner)),
        max_leaves=10,
    ),
    old=st.booleans(),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCHEMAS, st.integers(0, 2**32))
def test_whatever_the_schema_the_value_fits(schema: Any, seed: int) -> None:
    """Made, written as JSON, read again, and judged by a validator that has no part in making it."""
    made = json.loads(json.dumps(value(schema, seeded(seed)), allow_nan=False))
    assert jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(made), made
