"""The answer does not say what was used."""

import json
from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """Neither in an event of its own nor in any other."""
    golden(do="missing_usage")


def test_nothing_is_counted(wire: Any) -> None:
    """In no dialect, plain or streamed; a null would be something."""
    for stream in (True, False):
        plan: Plan = wire.struck({"do": "missing_usage"}, stream=stream)
        assert "missing_usage" == plan.fault
        assert b'"usage"' not in b"".join(frame.data for frame in plan.frames)
    body = json.loads(plan.frames[0].data)
    assert b"%d" % len(plan.frames[0].data) == dict(plan.headers)[b"content-length"]
    assert "usage" not in body
