"""A profile is a simulated model; each figure says where it comes from and how sure it is."""

from novastack_simulators.profile.figures import Figure, Span, Strict, Sure
from novastack_simulators.profile.library import load_profile, profile_names
from novastack_simulators.profile.profile import (
    Cache,
    Embeddings,
    Profile,
    Queueing,
    Quirks,
    Vector,
    Vocabulary,
)
from novastack_simulators.profile.quotas import Accounting, Enforced, Growth, LimitName, QuotasConfig
from novastack_simulators.profile.tempo import EngineTempo, FittedTempo, Tempo

__all__ = [
    "Accounting",
    "Cache",
    "Embeddings",
    "Enforced",
    "EngineTempo",
    "Figure",
    "FittedTempo",
    "Growth",
    "LimitName",
    "Profile",
    "Queueing",
    "Quirks",
    "QuotasConfig",
    "Span",
    "Strict",
    "Sure",
    "Tempo",
    "Vector",
    "Vocabulary",
    "load_profile",
    "profile_names",
]
