"""Values fit the schemas that they were made for, and a bad schema is an error that names its place."""

import contextlib
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.generation.seed import seeded
from novastack_simulators.generation.values import BadSchemaError, value

NAMES = st.sampled_from(["city", "email", "count", "note", "flag", "items", "when"])
LEAVES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(
        lambda low, size: {"type": "string", "minLength": low, "maxLength": low + size},
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    st.builds(
        lambda low, size: {"type": "integer", "minimum": low, "maximum": low + size},
        st.integers(-50, 50),
        st.integers(0, 50),
    ),
    st.builds(
        lambda low, size: {"type": "number", "exclusiveMinimum": low, "maximum": low + size},
        st.integers(-9, 9),
        st.integers(1, 9),
    ),
    st.builds(lambda step: {"type": "integer", "multipleOf": step}, st.integers(1, 9)),
    st.builds(lambda many: {"enum": many}, st.lists(st.one_of(st.integers(), st.text(), st.none()), min_size=1)),
    st.builds(lambda one: {"const": one}, st.one_of(st.booleans(), st.text())),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, {}]),
    st.sampled_from(
        [{"type": "string", "format": name} for name in ("email", "uuid", "uri", "date", "date-time", "ipv4")]
    ),
)


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def whole(properties: dict[str, Any], *, strict: bool) -> dict[str, Any]:
        closed = {"additionalProperties": False} if strict else {}
        return {"type": "object", "properties": properties, "required": sorted(properties)[:2], **closed}

    return st.one_of(
        st.builds(whole, st.dictionaries(NAMES, inner, max_size=3), strict=st.booleans()),
        st.builds(
            lambda item, low: {"type": "array", "items": item, "minItems": low, "maxItems": low + 1},
            inner,
            st.integers(0, 3),
        ),
        st.builds(lambda many: {"anyOf": many}, st.lists(inner, min_size=1, max_size=3)),
    )


SCHEMAS = st.recursive(LEAVES, _nested, max_leaves=8)


@given(SCHEMAS, st.integers())
def test_values_fit_their_schema(schema: dict[str, Any], seed: int) -> None:
    """An independent validator accepts every value."""
    made = json.loads(json.dumps(value(schema, seeded(seed))))
    assert jsonschema_rs.is_valid(schema, made, validate_formats=True), made


@given(SCHEMAS)
def test_values_are_seeded(schema: dict[str, Any]) -> None:
    """The same seed makes the same value."""
    assert value(schema, seeded(7)) == value(schema, seeded(7))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "properties",
                    "items",
                    "required",
                    "enum",
                    "minimum",
                    "maxItems",
                    "minLength",
                    "$ref",
                    "anyOf",
                    "allOf",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_json_is_a_value_or_a_clear_error(schema: Any) -> None:
    """Nothing that a caller may send as a schema breaks the generator."""
    with contextlib.suppress(BadSchemaError):
        json.dumps(value(schema, seeded(1)))


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({"type": "text"}, "$.type"),
        ({"properties": {"a": {"enum": []}}}, "$.properties.a.enum"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "$"),
        ({"$ref": "#/$defs/none"}, "$.$ref"),
        ({"type": "array", "items": False, "minItems": 1}, "$.items"),
        ({"$ref": "#"}, "$.$ref"),
    ],
)
def test_a_bad_schema_names_its_place(schema: dict[str, Any], where: str) -> None:
    """The error says where in the schema it is."""
    with pytest.raises(BadSchemaError) as caught:
        value(schema, seeded(1))
    assert where == caught.value.where


def test_recursion_ends() -> None:
    """A tree that refers to itself gets finite values that fit it."""
    schema = {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}
        },
    }
    assert jsonschema_rs.is_valid(schema, value(schema, seeded(3)))


def test_strings_suit_their_property_name() -> None:
    """A city is a place's name and an email has its sign."""
    made = value({"type": "object", "properties": {"city": {"type": "string"}, "email": {"type": "string"}}}, seeded(1))
    assert "@" in made["email"]
    assert made["city"][0].isupper()
