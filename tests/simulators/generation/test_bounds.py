"""What a caller's schema may cost is bounded: the worst ones end, in a value or in a clear error."""

from typing import Any

import pytest

from novastack_simulators.generation.seed import seeded
from novastack_simulators.generation.values import BadSchemaError, check, value


def deep(levels: int, **more: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema, **more}
    return schema


def chain(length: int) -> dict[str, Any]:
    """Each definition offers the next one twice, and the last one begins again one level down."""
    links = {f"a{i}": {"anyOf": [{"$ref": f"#/$defs/a{i + 1}"}, {"$ref": f"#/$defs/a{i + 1}"}]} for i in range(length)}
    last = {"type": "object", "properties": {"x": {"$ref": "#/$defs/a0"}}}
    return {"$ref": "#/$defs/a0", "$defs": {**links, f"a{length}": last}}


NODE = {"type": "object", "required": ["n"], "properties": {"n": {"$ref": "#/$defs/n"}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "minItems": 10**9},
        {"type": "string", "minLength": 10**9},
        {"type": "object", "minProperties": 10**6},
        {"type": "string", "pattern": "^(((a{99}){99}){99}){99}$"},
        {"type": "array", "minItems": 900, "items": {"type": "array", "minItems": 900}},
        deep(100, minItems=1),
        chain(16),
        chain(400),
        {"$ref": "#/$defs/n", "$defs": {"n": NODE}},
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "boolean"}},
    ],
)
def test_what_is_too_much_is_refused(schema: Any) -> None:
    """Neither a hang nor a crash."""
    with pytest.raises(BadSchemaError):
        check(schema)


@pytest.mark.parametrize(
    "schema",
    [
        deep(50, minItems=1),
        {"type": "string", "pattern": "^(a+)+$", "minLength": 30},
        {"$ref": "#/$defs/n", "$defs": {"n": {"properties": {letter: {"$ref": "#/$defs/n"} for letter in "abcdefghijklmnop"}}}},
        {"type": "array", "minItems": 1000, "items": {"type": "integer"}},
        {"allOf": [{"anyOf": [{"properties": {f"k{i}": {"const": j}}} for j in range(9)]} for i in range(9)]},
    ],
)  # fmt: skip
def test_what_is_much_is_made(schema: Any) -> None:
    """As far as is reasonable."""
    check(schema)
    value(schema, seeded(1))


@pytest.mark.parametrize(
    "reference", ["https://example.com/x.json", "file:///etc/passwd", "other.json#/a", "http://json-schema.org/schema#"]
)
def test_nothing_is_fetched(reference: str) -> None:
    """A reference out of the document is refused, not followed."""
    with pytest.raises(BadSchemaError, match="same document"):
        check({"type": "object", "properties": {"a": {"$ref": reference}}})


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({"not": {}}, "$.not"),
        ({"allOf": [{"$ref": "#"}]}, "$.$ref"),
        ({"type": "string", "pattern": "("}, "$.pattern"),
        ({"properties": {"a": {"type": "array", "items": 5}}}, "$.properties.a.items"),
        ({"type": "string", "enum": [1, 2]}, "$.enum"),
        ({"type": "object", "required": ["a"], "properties": {"a": False}}, "$.properties.a"),
        ({"oneOf": [{"type": "string"}], "type": "integer"}, "$.oneOf"),
    ],
)
def test_what_nothing_fits_names_its_place(schema: Any, where: str) -> None:
    """The caller reads where in the schema it is."""
    with pytest.raises(BadSchemaError) as caught:
        check(schema)
    assert where == caught.value.where


def test_what_passed_the_check_is_made_for_every_seed() -> None:
    """A hard schema is never refused after it was accepted."""
    schema = {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*[a-z])(?=.*\\d)(?=.*[!%&])[\\w!%&]{8,12}$"}
    check(schema)
    assert all(8 <= len(value(schema, seeded(number))) <= 12 for number in range(100))
