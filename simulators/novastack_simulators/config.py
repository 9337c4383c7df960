"""The `simulators:` part of novastack.yaml. Frozen; an unknown key is an error; every error names its place."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.faults import Faults, unfit
from novastack_simulators.framing import DEFAULT, AnyFraming
from novastack_simulators.journal import Keeping
from novastack_simulators.profile import Profile, Quirks, QuotasConfig, Strict, Tempo, load_profile
from novastack_simulators.stubs import Stubs
from novastack_simulators.stubs.analysis import Complaint, Place, Shelved, complaints
from novastack_simulators.tapes import AnyTapes


class Certificate(Strict):
    """A certificate and its private key, in PEM files without a password."""

    certificate: Path
    key: Path


TlsConfig = bool | Certificate


class UpstreamConfig(Strict):
    """One simulated upstream. Port 0 is any free port; `speed` and `seed` default to those of the whole.

    `profile` is a shipped one, or the path of a file; `tempo` takes the place of the profile's own. `quotas` are
    enforced (without them the profile's limits are only told). `framing` is how events are put on the wire. `tapes` are
    replayed.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    profile: str
    port: int = Field(default=0, ge=0, le=65_535)
    api_keys: tuple[str, ...] = Field(min_length=1)
    tempo: Tempo | None = None
    tapes: AnyTapes | None = None
    faults: Faults = ()
    framing: AnyFraming = DEFAULT
    stubs: Stubs = ()
    quotas: QuotasConfig | None = None
    speed: float | None = Field(default=None, gt=0)
    seed: int | None = None
    quirks: Quirks = Quirks()

    @field_validator("profile")
    @classmethod
    def _known(cls, name: str) -> str:
        return known_profile(name)

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        """A fault that makes no sense for the profile's dialect is a mistake."""
        if wrong := unfit(self.faults, load_profile(self.profile).dialect):
            raise ValueError("; ".join(f"faults[{place}]: {why}" for place, why in wrong))
        return self

    def simulated(self) -> Profile:
        """The profile as this upstream has it."""
        return load_profile(self.profile).quirked(self.quirks).paced(self.tempo)


def known_profile(name: str) -> str:
    """The name. Raises ValueError if no profile of that name can be loaded."""
    load_profile(name)
    return name


def _defaults() -> tuple[UpstreamConfig, ...]:
    return tuple(
        UpstreamConfig(name=name, profile=name, port=port, api_keys=(f"sk-sim-{name}",))
        for port, name in ((9101, "qwen3-235b-a22b"), (9102, "deepseek-v4-pro"), (9103, "claude-opus-4-7"))
    )


class SimulatorsConfig(Strict):
    """All upstreams and what they share. `speed` 20 = twenty times faster; `grace` is in seconds.

    `created` is what answers say of their own time: `today` is midnight UTC (so that the same request has the same
    bytes all day), `now` the second, a number that unix time. `edge` asgi serves the hot routes by plain ASGI.
    `stubs` are for all upstreams; each may have its own besides, under other names. With `directives` a prompt may ask
    for faults, framings and expectations: `[[sim …]]`. `journal` says how much is kept of what arrived. `tls`: true for a
    certificate of a local authority, or files of your own.
    """

    host: str = "127.0.0.1"
    speed: float = Field(default=1.0, gt=0)
    seed: int = 0
    created: Literal["today", "now"] | int = "today"
    max_body_bytes: int = Field(default=32 * 1024 * 1024, ge=1)
    grace: float = Field(default=2.0, ge=0)
    edge: Literal["protocol", "asgi"] = "protocol"
    directives: bool = True
    journal: Keeping = Keeping()
    tls: TlsConfig = False
    stubs: Stubs = ()
    upstreams: tuple[UpstreamConfig, ...] = Field(default_factory=_defaults)

    @field_validator("upstreams")
    @classmethod
    def _distinct(cls, upstreams: tuple[UpstreamConfig, ...]) -> tuple[UpstreamConfig, ...]:
        names = [upstream.name for upstream in upstreams]
        if not names:
            raise ValueError("at least one upstream is expected")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the name {twice[0]!r} is used more than once")
        ports = [upstream.port for upstream in upstreams if upstream.port]
        if again := sorted({port for port in ports if ports.count(port) > 1}):
            raise ValueError(f"the port {again[0]} is used more than once")
        return upstreams

    @field_validator("upstreams")
    @classmethod
    def _own_names(cls, upstreams: tuple[UpstreamConfig, ...], info: ValidationInfo) -> tuple[UpstreamConfig, ...]:
        """A stub of an upstream does not take the name of one that all have."""
        shared = {stub.name for stub in info.data.get("stubs", ())}
        for upstream in upstreams:
            if taken := [stub.name for stub in upstream.stubs if stub.name in shared]:
                raise ValueError(f"upstream {upstream.name!r} has a stub {taken[0]!r}, and so have all upstreams")
        return upstreams

    def only(self, names: Sequence[str]) -> "SimulatorsConfig":
        """The same configuration with the named upstreams only. Raises ValueError listing the known names."""
        known = {upstream.name: upstream for upstream in self.upstreams}
        if unknown := [name for name in names if name not in known]:
            raise ValueError(f"unknown upstream {', '.join(map(repr, unknown))}: known are {', '.join(known)}")
        return self.model_copy(update={"upstreams": tuple(known[name] for name in dict.fromkeys(names))})

    def complaints(self) -> tuple[Complaint, ...]:
        """What is wrong with the stubs, each complaint with its place in this configuration.

        What all upstreams have is judged by itself, so that an upstream may put a stub of its own before it.
        """
        names = [served(load_profile(upstream.profile)) for upstream in self.upstreams]
        shared = _shelved(("stubs",), self.stubs)
        found = [*complaints(shared, sorted({model for models in names for model in models}))]
        for index, (upstream, models) in enumerate(zip(self.upstreams, names, strict=True)):
            own = ("upstreams", index, "stubs")
            here = complaints((*shared, *_shelved(own, upstream.stubs)), models)
            found += [complaint for complaint in here if complaint.place[: len(own)] == own]
        return tuple(found)


def served(profile: Profile) -> tuple[str, ...]:
    """All names under which a request may be answered, its own first."""
    embedding = profile.embeddings.models if profile.embeddings else ()
    dialect = DIALECTS[profile.dialect]
    also = (name for each in (dialect, *dialect.branches.values()) for name in each.also)
    return (*profile.models, *embedding, *also)


def _shelved(place: Place, stubs: Stubs) -> tuple[Shelved, ...]:
    return tuple(Shelved((*place, number), stub) for number, stub in enumerate(stubs))
