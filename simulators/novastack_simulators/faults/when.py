"""On which attempts a fault applies (`when`), and when it says of itself why. Pure: the attempt and the time are given.

What is drawn depends on the seed, the scope, the fault, the request and its attempt, never on the order of arrival.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple, Self

import msgspec
from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from novastack_simulators.faults.wording import shown
from novastack_simulators.generation.seed import Stem
from novastack_simulators.matching import Scene
from novastack_simulators.profile import Strict


class Struck(msgspec.Struct, frozen=True):
    """What decides whether a fault applies: the request, its attempt, and how long ago the faults were armed.

    `scene` is the request as matchers see it; where it is None, nothing is known of it. `stems` are what the draws of one
    request have in common, remembered for its next attempt.
    """

    seed: int
    fingerprint: bytes
    attempt: int
    scope: str = ""
    since_armed: float = 0.0
    over_quota: bool = False
    scene: Scene | None = None
    stems: dict[tuple[int | str, ...], Stem] | None = None

    def drawn(self, *parts: str) -> float:
        """A number from 0 up to 1."""
        return int.from_bytes(self._stem(self.seed, self.scope, *parts).stamp(self.attempt)[:7], "big") / 2**56

    def _stem(self, *parts: int | str) -> Stem:
        stem = None if self.stems is None else self.stems.get(parts)
        if stem is None:
            stem = Stem(*parts, self.fingerprint)
            if self.stems is not None:
                self.stems[parts] = stem
        return stem


Count = Annotated[int, Field(ge=1, strict=True)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Seconds = Annotated[float, Field(ge=0, le=1e9, strict=True, allow_inf_nan=False)]
Span = Annotated[float, Field(gt=0, le=1e9, strict=True, allow_inf_nan=False)]


class Ramp(Strict):
    """A probability that goes from one value to another in `over` seconds, and stays there."""

    start: Share = Field(alias="from")
    to: Share
    over: Span

    def at(self, seconds: float) -> float:
        return self.start + (self.to - self.start) * min(max(seconds / self.over, 0.0), 1.0)


class Flap(Strict):
    """Every `period` seconds begin with a share that is `down`."""

    period: Span
    down: float = Field(default=0.5, gt=0, lt=1)


class When(Strict):
    """All that are given must hold; none at all is always."""

    first: Count | None = None
    nth: Count | None = None
    every: Count | None = None
    probability: Share | None = None
    between: Annotated[list[Seconds], Field(min_length=2, max_length=2)] | None = None
    ramp: Ramp | None = None
    flap: Flap | None = None
    over_quota: Annotated[bool, Field(strict=True)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.between is not None and self.between[0] >= self.between[1]:
            raise ValueError(f"between expects the earlier time first, got {shown(self.between)}")
        return self


class Said(NamedTuple):
    """A condition in words: `what` is, or is not, `being`."""

    what: str
    being: str

    def sentence(self, *, held: bool) -> str:
        return f"{self.what} is {'' if held else 'not '}{self.being}"


class Condition(NamedTuple):
    """One word of `when`: whether its value holds, and what it says. `mark` tells one fault's draws from another's."""

    holds: Callable[[Any, Struck, str], bool]
    said: Callable[[Any, Struck, str], Said]


def _attempt(being: str) -> Callable[[Any, Struck, str], Said]:
    return lambda value, struck, _mark: Said(f"attempt {struck.attempt}", being.format(value))


def _armed(being: Callable[[Any], str]) -> Callable[[Any, Struck, str], Said]:
    return lambda value, struck, _mark: Said(f"the time since arming, {struck.since_armed:g} s,", being(value))


def _drawn(word: str, share: Callable[[Any, Struck], float]) -> Condition:
    def said(value: Any, struck: Struck, mark: str) -> Said:
        return Said(f"the draw {struck.drawn(word, mark):.4f}", f"below {share(value, struck):g}")

    return Condition(lambda value, struck, mark: struck.drawn(word, mark) < share(value, struck), said)


def _down(flap: Flap, seconds: float) -> bool:
    return seconds % flap.period < flap.down * flap.period


CONDITIONS: Final[Mapping[str, Condition]] = MappingProxyType({
    "first": Condition(lambda n, struck, _: struck.attempt <= n, _attempt("among the first {}")),
    "nth": Condition(lambda n, struck, _: struck.attempt == n, _attempt("attempt {}")),
    "every": Condition(lambda k, struck, _: struck.attempt % k == 0, _attempt("a multiple of {}")),
    "probability": _drawn("probability", lambda share, _: float(share)),
    "between": Condition(
        lambda span, struck, _: span[0] <= struck.since_armed < span[1],
        _armed(lambda span: f"between {span[0]:g} and {span[1]:g} s"),
    ),
    "ramp": _drawn("ramp", lambda ramp, struck: float(ramp.at(struck.since_armed))),
    "flap": Condition(
        lambda flap, struck, _: _down(flap, struck.since_armed),
        _armed(lambda flap: f"in the first {flap.down * flap.period:g} s of a period of {flap.period:g} s"),
    ),
    "over_quota": Condition(
        lambda wanted, struck, _: struck.over_quota == wanted,
        lambda wanted, _struck, _mark: Said("the account", "over its quota" if wanted else "within its quota"),
    ),
})  # fmt: skip


def readable(given: Any) -> Any:
    """Says in one sentence what a `when` may be."""
    if given == "always":
        return {}
    if isinstance(given, When) or (isinstance(given, dict) and given and given.keys() <= CONDITIONS.keys()):
        return given
    raise ValueError(f'expected "always" or an object of {", ".join(CONDITIONS)}, got {shown(given)}')


def written(when: When) -> Any:
    """As it is given."""
    return when.model_dump(mode="json", by_alias=True, exclude_none=True) or "always"


Moments = Annotated[When, BeforeValidator(readable, json_schema_input_type=Any), PlainSerializer(written)]
ALWAYS: Final = When()
