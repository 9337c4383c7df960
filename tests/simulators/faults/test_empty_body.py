"""A head, and nothing after it."""

from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """The stream's own head when its first byte was due."""
    golden(do="empty_body")


def test_a_plain_answer_has_the_length_zero(wire: Any) -> None:
    """So a client knows that nothing will come."""
    plan: Plan = wire.struck({"do": "empty_body", "status": 503}, stream=False)
    assert (503, b"0", b"") == (plan.status, dict(plan.headers)[b"content-length"], plan.frames[0].data)
