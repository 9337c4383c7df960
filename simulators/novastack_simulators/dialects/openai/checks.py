"""What a field may hold, and what OpenAI says when it holds something else.

The texts and codes are those of recorded refusals (invalid_type, decimal_above_max_value, empty_array, …); a path is
written as OpenAI writes it: `messages[0].content[1].type`. A check is called with a value and its path.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from novastack_simulators.refusal import Refusal

Check = Callable[[Any, str], None]
GOT: Final[Mapping[type, str]] = {
    bool: "a boolean", int: "an integer", float: "a decimal", str: "a string", list: "an array", dict: "an object",
    type(None): "null",
}  # fmt: skip


def rejected(param: str | None, code: str | None, message: str) -> Refusal:
    """A refusal in OpenAI's words: 400 invalid_request_error."""
    return Refusal("invalid", param=param, code=code, message=message)


def _mistyped(value: Any, path: str, wanted: str) -> Refusal:
    text = f"Invalid type for '{path}': expected {wanted}, but got {GOT[type(value)]} instead."
    return rejected(path, "invalid_type", text)


def listed(words: Sequence[str]) -> str:
    """'a', 'b', and 'c'."""
    quoted = [f"'{word}'" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])}{',' * (len(quoted) > 2)} and {quoted[-1]}"


def _bounded(value: float, low: float | None, high: float | None, path: str, kind: str) -> None:
    if low is not None and value < low:
        text = f"Invalid '{path}': {kind} below minimum value. Expected a value >= {low:.15g}, but got {value} instead."
        raise rejected(path, f"{kind}_below_min_value", text)
    if high is not None and value > high:
        text = f"Invalid '{path}': {kind} above maximum value. Expected a value <= {high}, but got {value} instead."
        raise rejected(path, f"{kind}_above_max_value", text)


@dataclass(frozen=True)
class Decimal:
    """A number, both bounds included."""

    low: float | None = None
    high: float | None = None
    kinds: ClassVar[tuple[type, ...]] = (int, float)
    names: ClassVar[str] = "a decimal"

    def __call__(self, value: Any, path: str) -> None:
        if type(value) not in self.kinds:
            raise _mistyped(value, path, self.names)
        _bounded(value, self.low, self.high, path, "decimal")


@dataclass(frozen=True)
class Integer:
    """A whole number, both bounds included."""

    low: int | None = None
    high: int | None = None
    kinds: ClassVar[tuple[type, ...]] = (int,)
    names: ClassVar[str] = "an integer"

    def __call__(self, value: Any, path: str) -> None:
        if type(value) is not int:
            raise _mistyped(value, path, self.names)
        _bounded(value, self.low, self.high, path, "integer")


@dataclass(frozen=True)
class Boolean:
    """True or false."""

    kinds: ClassVar[tuple[type, ...]] = (bool,)
    names: ClassVar[str] = "a boolean"

    def __call__(self, value: Any, path: str) -> None:
        if type(value) is not bool:
            raise _mistyped(value, path, self.names)


@dataclass(frozen=True)
class Text:
    """A string; lengths in characters."""

    pattern: str | None = None
    least: int = 0
    most: int | None = None
    kinds: ClassVar[tuple[type, ...]] = (str,)
    names: ClassVar[str] = "a string"

    def __call__(self, value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise _mistyped(value, path, self.names)
        if len(value) < self.least:
            text = f"Invalid '{path}': empty string. Expected a string with minimum length {self.least}, but got an empty string instead."
            raise rejected(path, "empty_string", text)
        if self.most is not None and len(value) > self.most:
            text = f"Invalid '{path}': string too long. Expected a string with maximum length {self.most}, but got a string with length {len(value)} instead."
            raise rejected(path, "string_above_max_length", text)
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            text = f"Invalid '{path}': string does not match pattern. Expected a string that matches the pattern '^{self.pattern}$'."
            raise rejected(path, "invalid_value", text)


@dataclass(frozen=True)
class Word:
    """One of some words."""

    words: tuple[str, ...]
    kinds: ClassVar[tuple[type, ...]] = (str,)
    names: ClassVar[str] = "a string"

    def __call__(self, value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise _mistyped(value, path, self.names)
        if value not in self.words:
            text = f"Invalid value: '{value}'. Supported values are: {listed(self.words)}."
            raise rejected(path, "invalid_value", text)


@dataclass(frozen=True)
class Array:
    """A list; `items` says of what in the error's words."""

    item: Check
    least: int = 0
    most: int | None = None
    names: str = "an array of objects"
    kinds: ClassVar[tuple[type, ...]] = (list,)

    def __call__(self, value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise _mistyped(value, path, self.names)
        if len(value) < self.least:
            text = f"Invalid '{path}': empty array. Expected an array with minimum length {self.least}, but got an empty array instead."
            raise rejected(path, "empty_array", text)
        if self.most is not None and len(value) > self.most:
            text = f"Invalid '{path}': array too long. Expected an array with maximum length {self.most}, but got an array with length {len(value)} instead."
            raise rejected(path, "array_above_max_length", text)
        for index, part in enumerate(value):
            self.item(part, f"{path}[{index}]")


@dataclass(frozen=True)
class Object:
    """An object with these fields. A field that is not required may be null; one that is not known is refused."""

    fields: Mapping[str, Check]
    required: tuple[str, ...] = ()
    kinds: ClassVar[tuple[type, ...]] = (dict,)
    names: ClassVar[str] = "an object"

    def __call__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise _mistyped(value, path, self.names)
        inside = f"{path}." if path else ""
        for name in self.required:
            if name not in value:
                raise missing(f"{inside}{name}")
        for name, part in value.items():
            if name not in self.fields:
                raise rejected(f"{inside}{name}", "unknown_parameter", f"Unknown parameter: '{inside}{name}'.")
            if part is not None or name in self.required:
                self.fields[name](part, f"{inside}{name}")


@dataclass(frozen=True)
class Tagged:
    """An object whose field `tag` says which of the objects it is."""

    tag: str
    objects: Mapping[str, Object]
    kinds: ClassVar[tuple[type, ...]] = (dict,)
    names: ClassVar[str] = "an object"

    def __call__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise _mistyped(value, path, self.names)
        if self.tag not in value:
            raise missing(f"{path}.{self.tag}")
        Word(tuple(self.objects))(value[self.tag], f"{path}.{self.tag}")
        self.objects[value[self.tag]](value, path)


@dataclass(frozen=True)
class Either:
    """One of several kinds of JSON value."""

    checks: tuple[Any, ...]

    def __call__(self, value: Any, path: str) -> None:
        for check in self.checks:
            if type(value) in check.kinds:
                check(value, path)
                return
        wanted = " or ".join(check.names.removeprefix("an ").removeprefix("a ") for check in self.checks[1:])
        raise _mistyped(value, path, f"one of {self.checks[0].names} or {wanted}")


@dataclass(frozen=True)
class Mapped:
    """An object with keys of the caller's own."""

    item: Check
    most: int | None = None
    key: int | None = None
    kinds: ClassVar[tuple[type, ...]] = (dict,)
    names: ClassVar[str] = "an object"

    def __call__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise _mistyped(value, path, self.names)
        if self.most is not None and len(value) > self.most:
            text = f"Invalid '{path}': too many properties. Expected an object with at most {self.most} properties, but got an object with {len(value)} properties instead."
            raise rejected(path, "object_above_max_properties", text)
        for name, part in value.items():
            if self.key is not None and len(name) > self.key:
                text = f"Invalid '{path}': property name too long. Expected a property name with maximum length {self.key}, but got one with length {len(name)} instead."
                raise rejected(path, "property_name_above_max_length", text)
            self.item(part, f"{path}.{name}")


def anything(_value: Any, _path: str) -> None:
    """Whatever it is: what decides is elsewhere."""


def unsupported(_value: Any, path: str) -> None:
    """A parameter that this model does not take."""
    raise rejected(path, "unsupported_parameter", f"Unsupported parameter: '{path}' is not supported with this model.")


def missing(path: str) -> Refusal:
    return rejected(path, "missing_required_parameter", f"Missing required parameter: '{path}'.")
