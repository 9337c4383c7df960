"""Short ways to limits that are enforced."""

from collections.abc import Callable
from typing import Any

import pytest

from novastack_simulators.profile import Enforced, load_profile
from novastack_simulators.quotas import Account, Quotas, terms


def made(**limits: Any) -> Quotas:
    """Quotas that enforce these limits; the profile is one that tells none."""
    return Quotas(terms(load_profile("qwen3-235b-a22b-vllm"), Enforced(**limits)))


@pytest.fixture(scope="session")
def enforcing() -> Callable[..., Quotas]:
    return made


@pytest.fixture(scope="session")
def account() -> Account:
    return Account("sha256:0123456789ab", "gpt-4o")
