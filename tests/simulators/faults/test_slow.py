"""From a phase on everything takes longer."""

from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.faults import Context, mangled, struck
from novastack_simulators.faults.slow import Slow
from novastack_simulators.plan import Plan, Ticket


def slowed(plan: Plan, factor: float, at: Any = "before_headers") -> Plan:
    fault = Slow.model_validate({"do": "slow", "factor": factor, "at": at})
    return mangled(fault, struck(fault, plan, plan, Context(plan)))


def test_the_wire(golden: Any) -> None:
    """The same bytes, further and further behind."""
    golden(do="slow", factor=3, at={"after_tokens": 1})


@pytest.mark.parametrize(
    ("at", "dues"),
    [
        ("before_headers", (3.0, 3.0, 6.0, 9.0, 9.0, 9.0)),
        ("first_text", (1.0, 1.0, 4.0, 7.0, 7.0, 7.0)),
        ("before_done", (1.0, 1.0, 2.0, 3.0, 3.0, 3.0)),
    ],
)
def test_the_time_after_the_phase_is_stretched(stream: Plan, at: Any, dues: tuple[float, ...]) -> None:
    """From what was due just before it."""
    assert dues == tuple(slowed(stream, 3, at).dues)


def test_a_plain_answer_is_late_as_a_whole(plain: Plan) -> None:
    """It is one piece, so there is no time between its halves that could be stretched."""
    for at in ("before_headers", "first_text", {"after_tokens": 2}):
        assert ((12.0,), plain.frames) == ((plan := slowed(plain, 3, at)).dues, plan.frames)


def test_an_engine_is_told_to_be_slow(stream: Plan) -> None:
    """It makes the tokens, so only it can stretch the time between them."""
    made = slowed(
        Plan(status=200, headers=(), frames=stream.frames, dues=stream.dues, ticket=Ticket(3, (8,))), 3, "first_text"
    )
    assert ((2, 3), stream.dues) == (made.slow, made.dues)


@pytest.mark.parametrize("factor", [0, -1, "2", 1e9])
def test_wrong_factors_are_refused(factor: Any) -> None:
    """Time goes on, and not backwards."""
    with pytest.raises(ValidationError, match="got"):
        Slow.model_validate({"do": "slow", "factor": factor})
