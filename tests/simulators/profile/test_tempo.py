"""The `tempo:` of a profile: fitted unless it says that it is an engine; mistakes are told in a sentence."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from novastack_simulators.profile import EngineTempo, FittedTempo, Tempo, load_profile

READ: TypeAdapter[FittedTempo | EngineTempo] = TypeAdapter(Tempo)
SOURCE = {"source": "test", "sure": "assumed"}
SPREAD = {"value": 0.5, "sigma": 0.3, **SOURCE}


def engine(**changes: Any) -> dict[str, Any]:
    tempo = load_profile("qwen3-235b-a22b-vllm").tempo.model_dump()
    return {**tempo, **changes}


def figure(value: float) -> dict[str, Any]:
    return {"value": value, **SOURCE}


def test_a_tempo_without_a_kind_is_fitted() -> None:
    """The two fields that profiles always had are enough."""
    assert isinstance(READ.validate_python({"first_token": SPREAD, "token_gap": SPREAD}), FittedTempo)


def test_an_engine_says_so() -> None:
    """And what is dumped can be read again."""
    assert load_profile("qwen3-235b-a22b-vllm").tempo == READ.validate_python(engine())


@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        ({"kind": "oracle"}, "unknown kind of tempo: known are fitted, engine"),
        ({"first_token": SPREAD, "token_gap": SPREAD, "ttft": SPREAD}, "Extra inputs are not permitted"),
        (engine(kv_blocks=figure(2.5)), "`kv_blocks` is 2.5: expected a whole number of at least 1"),
        (engine(max_waiting_requests=figure(0)), "`max_waiting_requests` is 0: expected a whole number of at least 1"),
        (engine(max_num_batched_tokens=figure(100)), "`max_num_batched_tokens` is less than `max_num_seqs`"),
        (engine(experts={"total": figure(8), "active": figure(9)}), "9 active of 8 experts"),
        (
            engine(terms=dict.fromkeys(engine()["terms"], figure(0))),
            "`terms` make a step take no time: expected `step`, `token` or `sequence` above 0",
        ),
    ],
)
def test_a_mistake_is_told(given: dict[str, Any], mistake: str) -> None:
    """What is wrong, and what would be right."""
    with pytest.raises(ValidationError, match=mistake):
        READ.validate_python(given)
