"""A small engine whose steps are easy to count: 10 ms each, 1 ms for each token, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from novastack_simulators.profile import EngineTempo

Tempos = Callable[..., EngineTempo]
NOTHING = dict.fromkeys(("weights", "sequence", "attention", "kv_token", "arrival"), 0.0)


def figure(value: float) -> dict[str, Any]:
    return {"value": value, "source": "test", "sure": "assumed"}


@pytest.fixture(scope="session")
def tempos() -> Tempos:
    """An engine tempo; its settings by name, its terms in `terms`."""

    def make(*, terms: dict[str, float] | None = None, replicas: int = 1, **settings: float) -> EngineTempo:
        counts = {"max_num_seqs": 8, "max_num_batched_tokens": 64, "block_size": 4, "kv_blocks": 64}
        costs = {"step": 0.010, "token": 0.001, **NOTHING, **(terms or {})}
        return EngineTempo.model_validate(
            {
                "kind": "engine",
                "replicas": replicas,
                "experts": {"total": figure(1), "active": figure(1)},
                "terms": {name: figure(value) for name, value in costs.items()},
                **{name: figure(value) for name, value in {**counts, **settings}.items()},
            }
        )

    return make
