"""A caller's schema as a document: what its references mean, how deep a value must be, and whether a value fits.

Nothing is ever fetched: a reference leads into the same document or nowhere.
JSON Schema 2020-12, core, 8.2 ($id, $ref, $anchor, $dynamicRef); draft-07, 8.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from novastack_simulators.generation.values.error import BadSchemaError
from novastack_simulators.generation.values.judge import Judge, accept
from novastack_simulators.generation.values.keywords import (
    REFERENCES,
    beside,
    inside,
    is_schema,
    listed,
    path,
    required_parts,
    schemas,
    unescaped,
)

# Before 2019-09 a schema with $ref has no other keyword (draft-07, 8.3).
ALONE: Final = ("draft-03", "draft-04", "draft-06", "draft-07")
LEVELS: Final = 40
CHOICES: Final = ("allOf", "anyOf", "oneOf")
CHOICE: Final = 4
COSTLIEST: Final = 200_000


def document(schema: Any) -> "Document":
    """The document of a schema; the same one for the same schema. Raises BadSchemaError."""
    if not is_schema(schema):
        raise BadSchemaError("$", "a schema must be an object or a boolean")
    try:
        data = msgspec.json.encode(schema)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise BadSchemaError("$", f"not a JSON value: {error}") from None
    return _document(data)


@lru_cache(maxsize=256)
def _document(data: bytes) -> "Document":
    return Document(msgspec.json.decode(data))


class Document:
    """Raises BadSchemaError unless the root is a schema and all that it refers to is in it and ends.

    `proven` is set once a value that fits has been found.
    """

    def __init__(self, root: Any) -> None:
        self.root = root
        self.proven = False
        self._alone = isinstance(root, dict) and any(mark in str(root.get("$schema")) for mark in ALONE)
        accept(root, "$")
        self._named = dict(_names(root))
        self._schemas: dict[str, Any] = {}
        self._targets: dict[tuple[int, str], Any] = {}
        self._collect(root)
        self._pointers = {id(node): at for at, node in self._schemas.items() if isinstance(node, dict)}
        self._ends: dict[tuple[int, int], bool] = {}
        self._acyclic()
        self._costly = (
            sum(
                len(listed(node.get(key)))
                for node in self._schemas.values()
                if isinstance(node, dict)
                for key in CHOICES
            )
            > CHOICE
        )
        self._judge = Judge(root)

    def _collect(self, root: Any) -> None:
        """All schemas, also those in unusual places that a reference leads to."""
        todo = [("#", root)]
        while todo:
            pointer, start = todo.pop()
            for at, node in schemas(start, pointer):
                self._schemas[at] = node
                if isinstance(node, dict) and node.get("enum") == []:
                    raise BadSchemaError(f"{path(at)}.enum", "a list with at least one entry is expected")
                for key in _references(node):
                    where = f"{path(at)}.{key}"
                    led, target = self._find(str(node[key]), where)
                    self._targets[id(node), key] = target
                    if led not in self._schemas:
                        accept(target, where)
                        todo.append((led, target))

    def _find(self, reference: str, where: str) -> tuple[str, Any]:
        """Where a reference leads, and the schema there. Raises BadSchemaError."""
        base, _, fragment = reference.partition("#")
        pointer = self._named.get(reference, f"#{unquote(fragment)}")
        if base and base != self.root.get("$id") and reference not in self._named:
            raise BadSchemaError(where, f"{reference}: only references into the same document are followed")
        try:
            return pointer, _at(self.root, pointer)
        except (LookupError, ValueError):
            raise BadSchemaError(where, f"{reference} leads nowhere") from None

    def beside(self, node: Mapping[str, Any]) -> Iterator[Any]:
        """All that looks at the same value: what the references lead to, then the applicators."""
        yield from self.targets(node)
        yield from () if self.alone(node) else beside(node)

    def alone(self, node: Mapping[str, Any]) -> bool:
        """Whether the $ref of a schema is all that counts."""
        return self._alone and "$ref" in node

    def targets(self, node: Mapping[str, Any]) -> list[Any]:
        """What the references of a schema lead to."""
        return [self._targets[id(node), key] for key in _references(node)]

    def _acyclic(self) -> None:
        """Depth first over all that looks at the same value: a schema met again on the way never ends."""
        done: dict[int, bool] = {}
        for pointer, start in self._schemas.items():
            todo = [(start, False)]
            while todo:
                node, left = todo.pop()
                if left:
                    done[id(node)] = True
                elif not isinstance(node, dict) or done.get(id(node)):
                    continue
                elif id(node) in done:
                    key = next(iter(_references(start)), "$ref")
                    raise BadSchemaError(f"{path(pointer)}.{key}", "refers to itself without end")
                else:
                    done[id(node)] = False
                    todo += [(node, True), *((part, False) for part in self.beside(node))]

    def holds(self, node: Any, value: Any) -> bool:
        """Whether a value fits a schema of this document; of one that is not in it, nothing is known."""
        if not isinstance(node, dict):
            return bool(node)
        pointer = self._pointers.get(id(node))
        if pointer is None:
            return True
        if self._costly and self._cost(node, value, {}) > COSTLIEST:
            raise BadSchemaError(path(pointer), "the alternatives multiply beyond what can be checked")
        return self._judge.holds(pointer, value)

    def _cost(self, node: Any, value: Any, known: dict[tuple[int, int], int]) -> int:
        """How many schemas a validator that tries everything looks at. It is counted once for each pair, so quickly."""
        if not isinstance(node, dict):
            return 1
        pair = (id(node), id(value))
        if pair not in known:
            known[pair] = 1
            here = sum(self._cost(part, value, known) for part in self.beside(node))
            known[pair] = 1 + here + sum(self._cost(part, inner, known) for part, inner in inside(node, value))
        return known[pair]

    def height(self, node: Any) -> int:
        """How many levels the flattest value has; LEVELS if none ends before."""
        return next((levels for levels in range(1, LEVELS) if self._ends_within(node, levels)), LEVELS)

    def _ends_within(self, node: Any, levels: int) -> bool:
        if not isinstance(node, dict) or levels <= 0:
            return node is not False and levels > 0
        known = (id(node), levels)
        if known not in self._ends:
            self._ends[known] = self._reached(node, levels)
        return self._ends[known]

    def _reached(self, node: Mapping[str, Any], levels: int) -> bool:
        together = self.targets(node) + listed(node.get("allOf"))
        choices = [node[key] for key in ("anyOf", "oneOf") if listed(node.get(key))]
        return (
            all(self._ends_within(part, levels) for part in together)
            and all(any(self._ends_within(part, levels) for part in branches) for branches in choices)
            and all(self._ends_within(part, levels - 1) for part in required_parts(node))
        )


def _references(node: Any) -> tuple[str, ...]:
    return tuple(key for key in REFERENCES if key in node) if isinstance(node, dict) else ()


def _names(root: Any) -> Iterator[tuple[str, str]]:
    """The names that schemas give themselves ($anchor, $dynamicAnchor, $id), each with its schema's pointer."""
    for pointer, node in schemas(root):
        if isinstance(node, dict):
            yield from ((f"#{node[key]}", pointer) for key in ("$anchor", "$dynamicAnchor") if key in node)
            yield from ((node["$id"], pointer) for _ in range("$id" in node))


def _at(root: Any, pointer: str) -> Any:
    """What a JSON pointer leads to. Raises LookupError or ValueError."""
    found = root
    for step in pointer.split("/")[1:]:
        found = found[int(step)] if isinstance(found, list) else found[unescaped(step)]
    if not is_schema(found):
        raise LookupError(pointer)
    return found
