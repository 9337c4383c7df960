"""The nouns of routing: what a request shows, what a rule asks of it, and what was chosen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Signals:
    """All that routing looks at: the model named, the upstream named in the path, and the headers (lower case)."""

    model: str
    path_upstream: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> tuple[str, ...]:
        return tuple(value.strip() for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True)
class Destination:
    """One upstream as routing sees it: its name, its models by their public id, and each model's further names."""

    name: str
    models: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """Every name that a request may use, in lower case, with the model that it means."""
        yield from ((model.lower(), model) for model in self.models)
        yield from ((alias.lower(), model) for alias, model in self.aliases)


@dataclass(frozen=True, slots=True)
class Match:
    """What a configured route asks: a model name with `*` and `?`, an upstream in the path, a header's value."""

    model: str | None = None
    path_upstream: str | None = None
    header: tuple[str, str] | None = None

    def holds(self, signals: Signals) -> bool:
        return all(test(self, signals) for test in _TESTS)

    def __str__(self) -> str:
        parts = (
            f"model is like '{self.model}'" if self.model else "",
            f"the path names '{self.path_upstream}'" if self.path_upstream else "",
            f"header {self.header[0]} is '{self.header[1]}'" if self.header else "",
        )
        return " and ".join(part for part in parts if part) or "always"


def _model_holds(match: Match, signals: Signals) -> bool:
    return match.model is None or fnmatchcase(signals.model.lower(), match.model.lower())


def _path_holds(match: Match, signals: Signals) -> bool:
    return match.path_upstream is None or match.path_upstream == signals.path_upstream


def _header_holds(match: Match, signals: Signals) -> bool:
    return match.header is None or match.header[1] in signals.header(match.header[0])


_TESTS: tuple[Callable[[Match, Signals], bool], ...] = (_model_holds, _path_holds, _header_holds)


@dataclass(frozen=True, slots=True)
class Route:
    """A configured rule: where it holds, the upstream takes the request, as `model` if one is given."""

    name: str
    match: Match
    upstream: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The upstream that takes a request, the model that it is asked for, and why, step by step."""

    upstream: str
    model: str
    because: tuple[str, ...]
