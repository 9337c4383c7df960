"""How times are spread: each distribution is one file and one entry in SPREADS; its `kind` is its name everywhere."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Discriminator, Tag

from novastack_simulators.profile.spreads.constant import Constant
from novastack_simulators.profile.spreads.empirical import Empirical
from novastack_simulators.profile.spreads.gamma import Gamma
from novastack_simulators.profile.spreads.lognormal import Lognormal
from novastack_simulators.profile.spreads.normal import Normal
from novastack_simulators.profile.spreads.spread import Base, Draw
from novastack_simulators.profile.spreads.uniform import Uniform

__all__ = [
    "SPREADS",
    "AnySpread",
    "Base",
    "Constant",
    "Draw",
    "Empirical",
    "Gamma",
    "Lognormal",
    "Normal",
    "Uniform",
]

SPREADS: Final[Mapping[str, type[Base]]] = MappingProxyType(
    {
        "constant": Constant,
        "uniform": Uniform,
        "normal": Normal,
        "lognormal": Lognormal,
        "gamma": Gamma,
        "empirical": Empirical,
    }
)


def _kind(given: Any) -> Any:
    """A spread that does not say its kind is lognormal."""
    return given.get("kind", "lognormal") if isinstance(given, dict) else getattr(given, "kind", None)


AnySpread = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[Lognormal, Tag("lognormal")]
    | Annotated[Gamma, Tag("gamma")]
    | Annotated[Empirical, Tag("empirical")],
    Discriminator(
        _kind,
        custom_error_type="spread",
        custom_error_message=f"unknown kind of spread: known are {', '.join(SPREADS)}",
    ),
]
