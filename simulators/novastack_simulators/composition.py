"""From a configuration to an upstream that is not served yet: a port or a transport comes next."""

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.dialects import DIALECTS
from novastack_simulators.journal import File
from novastack_simulators.quotas import terms
from novastack_simulators.scope import Start
from novastack_simulators.setting import Clocks, Setting
from novastack_simulators.upstream import Upstream


def set_up(config: SimulatorsConfig, each: UpstreamConfig) -> tuple[Setting, Start]:
    """How an upstream is set up, and what its scopes start with; what it leaves open is the whole's."""
    profile = each.simulated()
    setting = Setting(
        name=each.name,
        profile=profile,
        dialect=DIALECTS[profile.dialect].fitted(profile),
        api_keys=each.api_keys,
        speed=each.speed or config.speed,
        created=config.created,
        max_body_bytes=config.max_body_bytes,
        directives=config.directives,
        tapes=each.tapes,
    )
    start = Start(
        seed=config.seed if each.seed is None else each.seed,
        faults=each.faults,
        stubs=(*each.stubs, *config.stubs),
        framing=each.framing,
        terms=terms(profile, each.quotas),
    )
    return setting, start


def composed(config: SimulatorsConfig, each: UpstreamConfig, clocks: Clocks, file: File | None = None) -> Upstream:
    """One upstream as it is configured; `file` is where its journal is written too."""
    setting, start = set_up(config, each)
    return Upstream(setting, clocks, start, keeping=config.journal, file=file)
