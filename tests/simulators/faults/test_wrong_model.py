"""Another model's name stands in the answer."""

import json
from typing import Any

import pytest

from novastack_simulators.faults import unfit
from novastack_simulators.faults.wrong_model import WrongModel
from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """Wherever it stands."""
    golden(do="wrong_model", model="another")


def test_a_plain_answer_names_it(wire: Any) -> None:
    """And has the right length."""
    plan: Plan = wire.struck({"do": "wrong_model"}, stream=False)
    assert "some-other-model" == json.loads(plan.frames[0].data)["model"]
    assert b"%d" % len(plan.frames[0].data) == dict(plan.headers)[b"content-length"]


def test_from_the_phase_on_only(wires: Any) -> None:
    """What came before has the right one."""
    plan: Plan = wires("openai").struck({"do": "wrong_model", "at": "first_text"})
    assert [False, *[True] * 5, False] == [b"some-other-model" in frame.data for frame in plan.frames]


@pytest.mark.parametrize(("at", "fits"), [("before_headers", True), ("first_text", False)])
def test_anthropic_says_it_once(at: Any, fits: bool) -> None:
    """After message_start it is too late."""
    assert fits is not bool(unfit([WrongModel(do="wrong_model", at=at)], "anthropic"))
