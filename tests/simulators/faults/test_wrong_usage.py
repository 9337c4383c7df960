"""The answer miscounts."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.faults.wrong_usage import WrongUsage
from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """Every count, wherever it stands; what is inside of them is not counted again."""
    golden(do="wrong_usage", factor=2, offset=1)


def test_single_counts_can_be_told(wire: Any) -> None:
    """Also those that were not there."""
    plan: Plan = wire.struck({"do": "wrong_usage", "values": {"total_tokens": -5}}, stream=False)
    right, wrong = (json.loads(each.frames[0].data)["usage"] for each in (wire.plan(stream=False), plan))
    assert {**right, "total_tokens": -5} == wrong


@pytest.mark.parametrize("wrong", [{}, {"factor": 1}, {"factor": -1}, {"offset": 1.5}, {"values": {"a": "b"}}])
def test_what_miscounts_nothing_is_refused(wrong: dict[str, Any]) -> None:
    """Something must be wrong."""
    with pytest.raises(ValidationError):
        WrongUsage.model_validate({"do": "wrong_usage", **wrong})
