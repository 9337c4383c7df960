"""Published runs, made again: their lengths, their machines, their figures."""

import pytest

from novastack_simulators.profile import EngineTempo, load_profile
from novastack_simulators.tempo.published.bench import lengths, on, run
from novastack_simulators.tempo.published.rows import Lengths, Machine, Row, published


def engine() -> EngineTempo:
    tempo = load_profile("qwen3-235b-a22b-vllm").tempo
    assert isinstance(tempo, EngineTempo)
    return tempo


def test_even_lengths_add_up_to_the_total() -> None:
    """No token is lost in the rounding."""
    found = lengths(Lengths(total=1003), 10, 1)
    assert (1003, {100, 101}) == (sum(found), set(found))


def test_lognormal_lengths_come_near_the_total() -> None:
    """Cut at both ends, and the median found so that the sum is right; the seed only orders them."""
    given = Lengths(total=200_000, sigma=1.3, most=1024)
    found = lengths(given, 1000, 1)
    assert 200_000 == pytest.approx(sum(found), rel=0.01)
    assert (4, 1024) == (min(found), max(found))
    assert sorted(found) == sorted(lengths(given, 1000, 2)) != found


def test_a_machine_changes_terms_and_settings() -> None:
    """Only those that it names."""
    machine = Machine(title="t", reasons="r", slower={"token": 2.0}, settings={"max_num_seqs": 4, "kv_blocks": 9})
    changed = on(machine, engine(), {"kv_blocks": 7})
    assert 2 * engine().terms.token.value == changed.terms.token.value
    assert engine().terms.step == changed.terms.step
    assert (4, 7) == (changed.max_num_seqs.value, changed.kv_blocks.value)


def test_figures_are_named() -> None:
    """A lone request of three tokens: two equal gaps, and what follows from them."""
    row = Row(
        name="n",
        machine="m",
        source="s",
        use="held back",
        requests=1,
        prompts=Lengths(total=10),
        outputs=Lengths(total=3),
        published=dict.fromkeys(("ttft_p50", "itl_p50", "tpot_mean", "duration", "output", "user"), 1.0),
    )
    made = run(row, Machine(title="t", reasons="r"), engine())
    assert made["itl_p50"] == pytest.approx(made["tpot_mean"], rel=1e-3)
    assert made["duration"] * 1000 == pytest.approx(made["ttft_p50"] + 2 * made["tpot_mean"])
    assert (3 / made["duration"], 1000 / made["tpot_mean"]) == pytest.approx((made["output"], made["user"]))


def test_every_row_has_its_machine_and_source() -> None:
    """And a factor is for a term that there is."""
    rows = published()
    assert {row.machine for row in rows.rows} == set(rows.machines)
    assert {row.source for row in rows.rows} == set(rows.sources)
    terms = set(type(engine().terms).model_fields)
    assert all(set(machine.slower) <= terms for machine in rows.machines.values())
