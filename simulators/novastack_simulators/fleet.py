"""All upstreams of one process, and how their configuration changes while they run: whole, or not at all."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from starlette.types import ASGIApp

from novastack_simulators.composition import set_up
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.faults import unfit
from novastack_simulators.scope import Start, State
from novastack_simulators.setting import Setting
from novastack_simulators.upstream import Upstream

# Where a server listens and what it holds in memory is settled when it starts.
SETTLED: Final = ("host", "edge", "tls", "journal", "max_body_bytes", "grace")


class FleetError(ValueError):
    """The configuration cannot be changed to that; the message says what is in the way."""


class Member(NamedTuple):
    """An upstream, and what may be asked of it in this process."""

    upstream: Upstream
    control: ASGIApp


class Stood(NamedTuple):
    """How one upstream is set up, and what is in force in each of its scopes."""

    setting: Setting
    scopes: Mapping[str, State]


class FleetState(NamedTuple):
    """The configuration, and how every upstream stands."""

    config: SimulatorsConfig
    upstreams: Mapping[str, Stood]


class Fleet:
    """The upstreams by name. `members` is filled by whoever serves them."""

    def __init__(self, config: SimulatorsConfig) -> None:
        self.config = config
        self.members: dict[str, Member] = {}

    def reload(self, config: SimulatorsConfig) -> None:
        """Another configuration of the same upstreams; every scope starts again. Raises FleetError."""
        self._comparable(config)
        ready = {each.name: set_up(config, each) for each in config.upstreams}
        self.config = config
        for name, (setting, start) in ready.items():
            self.members[name].upstream.restart(setting, start)

    def change(self, name: str, **fields: Any) -> None:
        """Other fields of one upstream, as in its configuration; its scopes, journal and quotas stay. Raises FleetError."""
        changed = self._of(name).model_copy(update=fields)
        setting, start = set_up(self.config, changed)
        if wrong := unfit(start.faults, setting.dialect.name):
            reasons = "; ".join(f"faults[{place}]: {why}" for place, why in wrong)
            raise FleetError(f"the configured faults of {name} do not fit the profile {changed.profile}: {reasons}")
        upstreams = tuple(changed if other.name == name else other for other in self.config.upstreams)
        self.config = self.config.model_copy(update={"upstreams": upstreams})
        self._apply(self.members[name].upstream, setting, start, anew="profile" in fields)

    def state(self) -> FleetState:
        """All that can be changed, to come back to."""
        return FleetState(self.config, {name: _stood(member.upstream) for name, member in self.members.items()})

    def restore(self, state: FleetState) -> None:
        """As it was then; a scope that was not there is closed."""
        self.config = state.config
        for name, stood in state.upstreams.items():
            _restore(self.members[name].upstream, stood)

    @staticmethod
    def _apply(upstream: Upstream, setting: Setting, start: Start, *, anew: bool) -> None:
        """Another profile has other quotas and another wire: what was armed for the old one goes."""
        if anew:
            upstream.restart(setting, start)
        else:
            upstream.set_up(setting)

    def _of(self, name: str) -> UpstreamConfig:
        return next(each for each in self.config.upstreams if each.name == name)

    def _comparable(self, config: SimulatorsConfig) -> None:
        for field in SETTLED:
            if getattr(config, field) != getattr(self.config, field):
                raise FleetError(f"`{field}` cannot change while it runs: start it again")
        if _places(config) != _places(self.config):
            raise FleetError("the upstreams' names and ports cannot change while it runs: start it again")


def _places(config: SimulatorsConfig) -> Mapping[str, int]:
    return {each.name: each.port for each in config.upstreams}


def _stood(upstream: Upstream) -> Stood:
    return Stood(upstream.setting, {name: upstream.scope(name).state() for name in ("", *upstream.scopes.names)})


def _restore(upstream: Upstream, stood: Stood) -> None:
    if upstream.setting is not stood.setting:
        upstream.set_up(stood.setting)
    for name in upstream.scopes.names:
        if name not in stood.scopes:
            upstream.scopes.close(name)
    for name, state in stood.scopes.items():
        upstream.scope(name).restore(state)
