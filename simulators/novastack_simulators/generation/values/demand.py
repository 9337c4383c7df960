"""All that must hold at one place: schemas with their references followed and their alternatives chosen."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final

from novastack_simulators.generation.values.error import Unfit
from novastack_simulators.generation.values.keywords import listed
from novastack_simulators.generation.values.place import Place

TYPES: Final = ("object", "array", "string", "integer", "number", "boolean", "null")
NULL: Final[Mapping[str, Any]] = {"type": "null"}
# Without `type`, the first of these keywords to be found says what is meant.
HINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties",
               "maxProperties", "dependentRequired", "dependentSchemas", "dependencies"),
    "array": ("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}  # fmt: skip


class Demand:
    """`parts` all hold, none of `denied` may; `open` says that another attempt may choose other branches."""

    def __init__(self, schemas: Sequence[Any], place: Place) -> None:
        self.parts: list[Mapping[str, Any]] = []
        self.denied: list[Any] = []
        self.open = False
        self._place = place
        self._rng = place.rng("branches")
        self._todo = list(reversed(schemas))
        self._seen: set[int] = set()

    def resolve(self) -> "Demand":
        """Follows and chooses until nothing is left. Raises Unfit."""
        while self._todo:
            schema = self._todo.pop()
            if schema is False:
                raise Unfit(self._place.where, "nothing fits the schema false")
            if isinstance(schema, dict) and id(schema) not in self._seen:
                self._seen.add(id(schema))
                self._expand(schema)
        self._deny()
        return self

    def add(self, schema: Any) -> None:
        self._todo.append(schema)

    def _expand(self, schema: Mapping[str, Any]) -> None:
        self._todo += reversed(self._place.document.targets(schema))
        if self._place.document.alone(schema):
            return
        self.parts.append(schema)
        self._todo += reversed(listed(schema.get("allOf")))
        for key in ("anyOf", "oneOf"):
            if key in schema:
                self._todo.append(self._branch(schema[key], key))
        if "not" in schema:
            self.denied.append(schema["not"])
        if "if" in schema:
            self._decide(schema)

    def _branch(self, branches: list[Any], key: str) -> Any:
        """While shallow any branch, null and scalars last; deep down one of the flattest."""
        possible = [branch for branch in branches if branch is not False and self._agrees(branch)]
        if not possible:
            raise Unfit(f"{self._place.where}.{key}", "none of the alternatives fits the rest")
        self.open = self.open or len(possible) > 1
        if self._place.lean and self._place.salt < 8:
            heights = [self._place.document.height(branch) for branch in possible]
            possible = [each for each, levels in zip(possible, heights, strict=True) if levels == min(heights)]
        elif self._place.salt == 0:
            possible = [branch for branch in possible if branch != NULL] or possible
        return self._rng.choice(possible)

    def _agrees(self, branch: Any) -> bool:
        """Whether a branch goes with what is demanded so far: by its type, or by one of the listed values."""
        if not isinstance(branch, dict):
            return True
        known = next((options(part) for part in self.parts if "const" in part or "enum" in part), None)
        if known is not None and "$ref" not in branch:
            return any(self._place.document.holds(branch, option) for option in known)
        return bool(_kinds([*self.parts, branch]))

    def _decide(self, schema: Mapping[str, Any]) -> None:
        """Either the condition and its `then`, or not the condition and its `else`."""
        self.open = True
        if self._rng.random() < 0.5:
            self._todo += [schema["if"], schema.get("then", True)]
        else:
            self.denied.append(schema["if"])
            self._todo.append(schema.get("else", True))

    def _deny(self) -> None:
        """What is denied twice is demanded; of several denied alternatives each is denied."""
        for schema in self.denied:
            if schema is True or schema == {}:
                raise Unfit(f"{self._place.where}.not", "nothing fits")
            if isinstance(schema, dict) and set(schema) == {"anyOf"}:
                self.denied.extend(schema["anyOf"])
            if isinstance(schema, dict) and set(schema) == {"not"} and id(schema) not in self._seen:
                self._seen.add(id(schema))
                self._todo.append(schema["not"])
        if self._todo:
            self.resolve()

    def kind(self) -> str:
        """The JSON type of the value to make. Raises Unfit."""
        kinds = _kinds(self.parts)
        kinds -= {kind for schema in self.denied for kind in _denied(schema)}
        if not kinds:
            raise Unfit(f"{self._place.where}.type", "no type is left")
        ranked = [kind for kind in dict.fromkeys(self._ranked()) if kind in kinds]
        self.open = self.open or len(ranked) > 1
        return _first(ranked, self._place.salt, self._rng)

    def _ranked(self) -> Iterator[str]:
        """The types in the order in which they are wanted: as listed, as the keywords hint, null last."""
        for part in self.parts:
            named = part.get("type", ())
            yield from (kind for kind in ((named,) if isinstance(named, str) else named) if kind != "null")
        yield from (kind for kind, words in HINTS.items() if any(word in part for part in self.parts for word in words))
        yield from ("string", "integer", *TYPES)

    def numbers(self, key: str) -> list[Any]:
        """The values of a keyword in all parts."""
        return [part[key] for part in self.parts if key in part]

    def least(self, key: str) -> int:
        return int(max(self.numbers(key), default=0))

    def most(self, key: str) -> int | None:
        found = self.numbers(key)
        return int(min(found)) if found else None


def options(part: Mapping[str, Any]) -> Sequence[Any]:
    """The values that a const or an enum lists."""
    return [part["const"]] if "const" in part else listed(part.get("enum"))


def _first(ranked: list[str], salt: int, rng: Random) -> str:
    return ranked[0] if salt == 0 else rng.choice(ranked)


def _kinds(parts: Sequence[Mapping[str, Any]]) -> set[str]:
    """The types that all parts allow."""
    allowed = set(TYPES)
    for part in parts:
        if "type" in part:
            named = {part["type"]} if isinstance(part["type"], str) else set(part["type"])
            # Every integer is a number (2020-12, validation, 6.1.1).
            named |= {"integer"} if "number" in named else set()
            allowed &= named
    return allowed - ({"integer"} if "number" in allowed and _any_number(parts) else set())


def _any_number(parts: Sequence[Mapping[str, Any]]) -> bool:
    return all("type" not in part or "number" in part["type"] for part in parts)


def _denied(schema: Any) -> Iterator[str]:
    """The types that a denied schema rules out; one that says more than the type rules out none."""
    if isinstance(schema, dict) and set(schema) == {"type"}:
        yield from (schema["type"],) if isinstance(schema["type"], str) else schema["type"]
