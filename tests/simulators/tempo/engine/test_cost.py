"""A step's time: a sum of named terms, of which reading the experts' weights saturates."""

from collections.abc import Callable

import pytest

from novastack_simulators.profile import EngineTempo
from novastack_simulators.tempo.engine.cost import Load, cost

Tempos = Callable[..., EngineTempo]


@pytest.mark.parametrize(
    ("term", "load", "times"),
    [
        ("step", Load(5, 2, 7.0, 11), 1),
        ("token", Load(5, 2, 7.0, 11), 5),
        ("sequence", Load(5, 2, 7.0, 11), 2),
        ("attention", Load(5, 2, 7.0, 11), 7),
        ("kv_token", Load(5, 2, 7.0, 11), 11),
    ],
)
def test_each_term_has_its_own_measure(tempos: Tempos, term: str, load: Load, times: int) -> None:
    """A second more of one term is as many seconds as the step has of its measure."""
    without, with_it = (cost(tempos(terms={"step": 0.01, term: seconds})) for seconds in (0.5, 1.5))
    assert times == pytest.approx(with_it.of(load) - without.of(load))


def test_few_tokens_reach_few_experts(tempos: Tempos) -> None:
    """One token of 8 out of 128 reads a sixteenth of the weights, many read all."""
    dense = tempos(terms={"weights": 1.0, "step": 0.0, "token": 1e-12})
    figures = dense.experts.total
    experts = dense.experts.model_copy(
        update={
            "total": figures.model_copy(update={"value": 128}),
            "active": figures.model_copy(update={"value": 8}),
        }
    )
    mixed = cost(dense.model_copy(update={"experts": experts}))
    reads = [mixed.of(Load(tokens, 0, 0.0, 0)) for tokens in (1, 2, 64, 1000)]
    assert [0.0625, 0.12109, 0.98392, 1.0] == pytest.approx(reads, abs=1e-4)


def test_a_dense_model_reads_all_its_weights_each_time(tempos: Tempos) -> None:
    """One expert of one."""
    assert 1.0 == cost(tempos(terms={"weights": 1.0, "step": 0.0, "token": 1e-12})).of(Load(1, 0, 0.0, 0)) - 1e-12
