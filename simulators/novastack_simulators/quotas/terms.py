"""What an upstream allows: the profile's limits, which are told, and those that its configuration enforces."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from novastack_simulators.profile import Accounting, Enforced, Growth, LimitName, Profile, QuotasConfig
from novastack_simulators.quotas.bucket import Bucket
from novastack_simulators.quotas.burst_growth import BurstGrowth
from novastack_simulators.quotas.concurrency import Concurrency
from novastack_simulators.quotas.gauge import Gauge
from novastack_simulators.quotas.limit import KINDS, MINUTE, Limit
from novastack_simulators.quotas.need import Account

NAMES: Final[tuple[LimitName, ...]] = get_args(LimitName)


class Grown(NamedTuple):
    """The limit burst_growth."""

    growth: Growth
    enforced: bool


class Terms(NamedTuple):
    """Limits, and how accounts are told apart: by `per`, and by `pools` (from a model to the name of its pool)."""

    limits: tuple[Limit | Grown, ...] = ()
    per: tuple[str, ...] = ("key", "model")
    pools: Mapping[str, str] = MappingProxyType({})
    retry_after: bool = False

    def account(self, asked: Account) -> Account:
        """Whose limits count for a key and a model."""
        model = self.pools.get(asked.model, asked.model)
        return Account(asked.key if "key" in self.per else "", model if "model" in self.per else "")

    def gauges(self) -> tuple[Gauge, ...]:
        """One for each limit, of an account that has used nothing."""
        return tuple(_gauge(limit) for limit in self.limits)


def terms(profile: Profile, quotas: QuotasConfig | None = None) -> Terms:
    """What holds for an upstream of this profile, with this part of its configuration."""
    accounting = _accounting(profile.accounting, quotas)
    told: dict[LimitName, Any] = {name: figure.value for name, figure in profile.limits.items()}
    enforced = _enforced(quotas) if isinstance(quotas, Enforced) else told if quotas == "profile" else {}
    both = {**told, **enforced}
    seconds = 1 if accounting.per_second else MINUTE
    return Terms(
        limits=tuple(_limit(name, both[name], seconds, name in enforced) for name in NAMES if name in both),
        per=accounting.per,
        pools=MappingProxyType({model: pool for pool, models in accounting.pools.items() for model in models}),
        retry_after=accounting.retry_after,
    )


def _accounting(accounting: Accounting, quotas: QuotasConfig | None) -> Accounting:
    """The profile's, less what the configuration has otherwise."""
    if not isinstance(quotas, Enforced):
        return accounting
    return accounting.model_copy(update=quotas.model_dump(include=set(Accounting.model_fields), exclude_none=True))


def _enforced(quotas: Enforced) -> dict[LimitName, Any]:
    given = {name: getattr(quotas, name) for name in NAMES}
    return {name: amount for name, amount in given.items() if amount is not None}


def _limit(name: LimitName, amount: Any, seconds: int, enforced: bool) -> Limit | Grown:
    """`seconds` is how much of a minute may be used at once; a day is a day."""
    if name == "burst_growth":
        return Grown(Growth.model_validate(amount), enforced)
    window = KINDS[name].window if name in KINDS else 0
    return Limit(name, int(amount), enforced, min(window, seconds) if window == MINUTE else window)


def _gauge(limit: Limit | Grown) -> Gauge:
    if isinstance(limit, Grown):
        return BurstGrowth(limit.growth, enforced=limit.enforced)
    kind = KINDS.get(limit.name)
    return Concurrency(limit) if kind is None else Bucket(limit, kind)
