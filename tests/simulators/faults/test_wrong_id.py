"""The answer has another id from a phase on."""

import json
from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """All the way from the beginning."""
    golden(do="wrong_id", at="before_headers")


def test_from_the_phase_on_it_is_another_and_stays_it(wires: Any) -> None:
    """Two ids in one stream, of the same spelling."""
    for name in ("openai", "dashscope", "deepseek", "vllm"):
        plan: Plan = wires(name).struck({"do": "wrong_id"})
        ids = [json.loads(frame.data[6:])["id"] for frame in plan.frames[:-1]]
        assert (2, len(ids) - 1, len(ids[0])) == (len(set(ids)), ids.count(ids[1]), len(ids[1]))


def test_it_can_be_told(wire: Any) -> None:
    """Also an empty one; a plain answer has one id."""
    plan: Plan = wire.struck({"do": "wrong_id", "id": ""}, stream=False)
    assert "" == json.loads(plan.frames[0].data)["id"]
