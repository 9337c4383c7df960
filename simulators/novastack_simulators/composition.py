"""From a configuration to an upstream that is not served yet: a port or a transport comes next."""

from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.dialects import DIALECTS
from novastack_simulators.quotas import terms
from novastack_simulators.scope import Start
from novastack_simulators.upstream import Clocks, Setting, Upstream


def composed(config: SimulatorsConfig, each: UpstreamConfig, clocks: Clocks) -> Upstream:
    """One upstream as it is configured; what it leaves open is the whole's."""
    profile = each.simulated()
    setting = Setting(
        name=each.name,
        profile=profile,
        dialect=DIALECTS[profile.dialect].fitted(profile),
        api_keys=each.api_keys,
        speed=each.speed or config.speed,
        created=config.created,
        max_body_bytes=config.max_body_bytes,
    )
    seed = config.seed if each.seed is None else each.seed
    start = Start(
        seed=seed,
        faults=each.faults,
        stubs=(*each.stubs, *config.stubs),
        framing=each.framing,
        terms=terms(profile, each.quotas),
    )
    return Upstream(setting, clocks, start)
