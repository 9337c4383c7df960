"""What a provider allows, as a profile tells it, and what an upstream enforces of it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from novastack_simulators.profile.figures import Figure, Strict

LimitName = Literal[
    "requests", "tokens", "input_tokens", "output_tokens", "requests_per_day", "concurrency", "burst_growth"
]
Amount = Annotated[int, Field(ge=1)]


def _whole(limits: Mapping[LimitName, Figure]) -> Mapping[LimitName, Figure]:
    for name, figure in limits.items():
        if figure.value < 1 or (name != "burst_growth" and figure.value != int(figure.value)):
            raise ValueError(f"the limit {name!r} is expected to be a whole number from 1 up, got {figure.value}")
    return limits


def _apart(pools: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    models = [model for pool in pools.values() for model in pool]
    if twice := sorted({model for model in models if models.count(model) > 1}):
        raise ValueError(f"the model {twice[0]!r} is expected in one pool only")
    return pools


Limits = Annotated[Mapping[LimitName, Figure], AfterValidator(_whole)]
Pools = Annotated[Mapping[str, tuple[str, ...]], AfterValidator(_apart)]
Per = tuple[Literal["key", "model"], ...]


class Accounting(Strict):
    """How a provider keeps account.

    `per_second`: limits per minute are enforced by the second too, a sixtieth each. `per` says what makes an account.
    `pools`, by name, are models that share one. `retry_after`: a refusal says when to come again although the
    provider is not known to.
    """

    per_second: bool = False
    per: Per = ("key", "model")
    pools: Pools = Field(default_factory=dict)
    retry_after: bool = False


class Growth(Strict):
    """In each `period` (seconds) `factor` times the requests of the one before, and `least` in any case."""

    factor: float = Field(ge=1)
    least: int = Field(default=10, ge=1)
    period: float = Field(default=10.0, ge=0.001)

    @model_validator(mode="before")
    @classmethod
    def _brief(cls, given: Any) -> Any:
        """A number alone is the factor."""
        if isinstance(given, int | float) and not isinstance(given, bool):
            return {"factor": given}
        if isinstance(given, Mapping | Growth):
            return given
        raise ValueError(f"expected a factor from 1 up, or a mapping of factor, least and period, got {given!r}")


class Enforced(Strict):
    """The limits that an upstream enforces instead of telling them, and what differs from the profile's accounting."""

    requests: Amount | None = None
    tokens: Amount | None = None
    input_tokens: Amount | None = None
    output_tokens: Amount | None = None
    requests_per_day: Amount | None = None
    concurrency: Amount | None = None
    burst_growth: Growth | None = None
    per_second: bool | None = None
    per: Per | None = None
    pools: Pools | None = None
    retry_after: bool | None = None


def _readable(given: Any) -> Any:
    if given == "profile" or isinstance(given, Mapping | Enforced):
        return given
    raise ValueError(f'expected "profile", or a mapping of limits to numbers, got {given!r}')


QuotasConfig = Annotated[
    Annotated[Literal["profile"], Tag("profile")] | Annotated[Enforced, Tag("limits")],
    Discriminator(lambda given: "profile" if isinstance(given, str) else "limits"),
    BeforeValidator(_readable),
]
