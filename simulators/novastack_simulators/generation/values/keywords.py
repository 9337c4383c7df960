"""Which keywords hold schemas, and which of those look at the same value. Tables, and walks over a schema by them.

JSON Schema 2020-12, core, 10 (applicators), with draft-07's items, additionalItems, definitions and dependencies.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
ONE: Final = (
    "not", "if", "then", "else", "items", "additionalItems", "contains", "additionalProperties", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties", "contentSchema",
)  # fmt: skip
MANY: Final = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
NAMED: Final = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
BESIDE_ONE: Final = ("not", "if", "then", "else")
BESIDE_MANY: Final = ("allOf", "anyOf", "oneOf")
BESIDE_NAMED: Final = ("dependentSchemas", "dependencies")


def listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def mapped(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def is_schema(found: Any) -> bool:
    return isinstance(found, dict | bool)


def schemas(root: Any, pointer: str = "#") -> Iterator[tuple[str, Any]]:
    """A schema and all schemas in it, each with its JSON pointer (RFC 6901)."""
    todo = [(pointer, root)]
    while todo:
        at, node = todo.pop()
        yield at, node
        if isinstance(node, dict):
            todo.extend((f"{at}/{step}", part) for step, part in _parts(node, ONE, MANY, NAMED) if is_schema(part))


def beside(node: Mapping[str, Any]) -> Iterator[Any]:
    """The schemas in a schema that look at the same value, references apart."""
    parts = _parts(node, BESIDE_ONE, BESIDE_MANY, BESIDE_NAMED)
    yield from (part for _, part in parts if is_schema(part))


def _parts(
    node: Mapping[str, Any], one: tuple[str, ...], many: tuple[str, ...], named: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    yield from ((key, node[key]) for key in one if key in node)
    yield from ((f"{key}/{index}", part) for key in many for index, part in enumerate(listed(node.get(key))))
    yield from ((f"{key}/{escaped(name)}", part) for key in named for name, part in mapped(node.get(key)).items())


def inside(node: Mapping[str, Any], value: Any) -> Iterator[tuple[Any, Any]]:
    """The schemas that may look at the parts of a value, each with the part."""
    if isinstance(value, dict):
        maps = [node[key] for key in ("additionalProperties", "unevaluatedProperties") if is_schema(node.get(key))]
        maps += mapped(node.get("patternProperties")).values()
        properties = mapped(node.get("properties"))
        for name, inner in value.items():
            yield from ((part, inner) for part in [*maps, properties.get(name)] if is_schema(part))
    elif isinstance(value, list):
        rest = [node[key] for key in ("items", "additionalItems", "contains") if is_schema(node.get(key))]
        prefix = listed(node.get("prefixItems", node.get("items")))
        for index, inner in enumerate(value):
            yield from ((part, inner) for part in [*rest, *prefix[index : index + 1]])


def required_parts(node: Mapping[str, Any]) -> Iterator[Any]:
    """The schemas of parts that every value must have; where a scalar fits as well, none."""
    kinds = node.get("type", ["object", "array"])
    if set(kinds if isinstance(kinds, list) else [kinds]) - {"object", "array"}:
        return
    properties = mapped(node.get("properties"))
    yield from (properties[name] for name in listed(node.get("required")) if name in properties)
    if node.get("minItems", 0) > 0:
        yield from (node[key] for key in ("items", "contains") if is_schema(node.get(key)))
        yield from listed(node.get("prefixItems"))[: int(node["minItems"])]


def escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


def path(pointer: str) -> str:
    """`$.properties.a` for the pointer `#/properties/a`."""
    return "$" + "".join(f".{unescaped(step)}" for step in pointer.split("/")[1:])
