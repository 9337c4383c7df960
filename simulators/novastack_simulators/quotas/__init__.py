"""What an account may use of a provider, and how much of it is left. Pure: the time is given."""

from novastack_simulators.quotas.decision import UNLIMITED, Denied, Grant
from novastack_simulators.quotas.level import Level, Levels
from novastack_simulators.quotas.need import Account, Need, Spent, estimated
from novastack_simulators.quotas.quotas import Quotas
from novastack_simulators.quotas.terms import Terms, terms
from novastack_simulators.quotas.truth import Truth

__all__ = [
    "UNLIMITED",
    "Account",
    "Denied",
    "Grant",
    "Level",
    "Levels",
    "Need",
    "Quotas",
    "Spent",
    "Terms",
    "Truth",
    "estimated",
    "terms",
]
