"""novastack.yaml: one file, or a component's own part of it; every mistake is told at once, each with its place.

Strings may hold `${NAME}` or `${NAME:-default}`, taken from the environment, so that keys need not be in the file.
"""

import difflib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from novastack.failure import USAGE, FailureError

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]

PARTS: Final = ("gateway", "simulators")
_VARIABLE: Final = re.compile(r"\$\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^}]*))?\}")
# A value at such a place is not repeated in a message.
_SECRET: Final = re.compile(r"key|secret|token|password", re.IGNORECASE)


class ConfigError(FailureError):
    """The file cannot be used; the text names every mistake."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes), status=USAGE)


@dataclass(frozen=True)
class Source:
    """A parsed file: plain values, and the line on which each of them stands."""

    name: str
    value: Any
    lines: Mapping[Place, int]

    def mistake(self, place: Place, text: str) -> str:
        """`novastack.yaml:12: gateway.port: …`; a place that is not in the file stands on its parent's line."""
        line = next((self.lines[place[:end]] for end in range(len(place), -1, -1) if place[:end] in self.lines), 1)
        dotted = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")
        return f"{self.name}:{line}: {dotted + ': ' if dotted else ''}{text}"


def load(path: Path | None, part: str, model: type[M]) -> M:
    """One component's configuration; without a file, its defaults.

    Raises ConfigError.
    """
    if path is None:
        return model()
    source = read(path)
    if not isinstance(source.value, dict):
        raise ConfigError([source.mistake((), "expected a mapping with `gateway:` and `simulators:`")])
    whole = not source.value or any(name in source.value for name in PARTS)
    if not whole:
        return _validated(source, (), source.value, model)
    unknown = [
        source.mistake((name,), f"unknown key; expected {' or '.join(PARTS)}{_nearest(str(name), PARTS)}")
        for name in source.value
        if name not in PARTS
    ]
    if unknown:
        raise ConfigError(unknown)
    return _validated(source, (part,), source.value.get(part) or {}, model)


def read(path: Path) -> Source:
    """The file's values and lines, with variables put in.

    Raises ConfigError for a file that cannot be read, is not YAML, or names a variable that is not set.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError([f"{path}: cannot be read: {reason}"]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError([f"{path}:{line}: not YAML: {error.problem}"]) from None
    except yaml.YAMLError as error:
        raise ConfigError([f"{path}:1: not YAML: {error}"]) from None
    reader = _Reader(str(path))
    value = {} if node is None else reader.value(node, ())
    if reader.mistakes:
        raise ConfigError(reader.mistakes)
    return Source(str(path), value, reader.lines)


class _Reader:
    """From YAML's nodes to plain values, remembering lines and collecting mistakes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._scalars = yaml.SafeLoader("")
        self.lines: dict[Place, int] = {}
        self.mistakes: list[str] = []

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        value = self._scalars.construct_object(node)
        return self._expanded(value, node, place) if isinstance(value, str) else value

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = str(self._scalars.construct_object(key_node))
            inner = (*place, key)
            self.lines[inner] = key_node.start_mark.line + 1
            if key in mapping:
                self._mistake(key_node, inner, "given twice")
            mapping[key] = self.value(value_node, inner)
        return mapping

    def _expanded(self, text: str, node: yaml.Node, place: Place) -> str:
        def variable(found: re.Match[str]) -> str:
            value: str | None = os.environ.get(found["name"])
            if value is None:
                value = found["default"]
            if value is None:
                self._mistake(node, place, f"the environment variable {found['name']} is not set")
                return ""
            return value

        return _VARIABLE.sub(variable, text)

    def _mistake(self, node: yaml.Node, place: Place, text: str) -> None:
        dotted = ".".join(map(str, place))
        self.mistakes.append(f"{self._name}:{node.start_mark.line + 1}: {dotted}: {text}")


def _validated(source: Source, prefix: Place, value: Any, model: type[M]) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ConfigError(list(_mistakes(source, prefix, model, error))) from None


def _mistakes(source: Source, prefix: Place, model: type[BaseModel], error: ValidationError) -> Iterator[str]:
    for found in error.errors(include_url=False, include_context=False):
        place = _place(source, prefix, found["loc"])
        text = found["msg"].removeprefix("Value error, ")
        if found["type"] == "extra_forbidden":
            known = tuple(_fields_at(model, place[:-1]))
            text = f"unknown key; expected one of {', '.join(known)}{_nearest(str(place[-1]), known)}"
        elif found["type"] != "missing" and place and not any(_SECRET.search(str(step)) for step in place):
            text = f"{text}, got {found['input']!r:.80}" if not isinstance(found["input"], dict | list) else text
        yield source.mistake((*prefix, *place), text)


def _place(source: Source, prefix: Place, loc: Place) -> Place:
    """Without the tags that discriminated unions put into a location: they are no places in the file."""
    place: Place = ()
    for step in loc:
        tag = isinstance(step, str) and step != loc[-1] and (*prefix, *place, step) not in source.lines
        place = place if tag else (*place, step)
    return place


def _fields_at(model: type[BaseModel], place: Place) -> Iterator[str]:
    """The keys that are known where `place` points to, following fields and the items of their tuples."""
    models = [model]
    for step in place:
        if isinstance(step, str):
            annotations = [keys[step] for keys in map(_keys, models) if step in keys]
            models = [found for annotation in annotations for found in _models_in(annotation)] or models
    for each in models:
        yield from _keys(each)


def _keys(model: type[BaseModel]) -> dict[str, Any]:
    """What each key of a mapping may hold, by its name in the file."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean `{close[0]}`?)" if close else ""
