"""An event named `error` in whatever wire."""

from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """The provider's body, and the end."""
    golden(do="error_event", status=503, at={"after_tokens": 1})


def test_every_dialect_names_the_event(wire: Any) -> None:
    """Its data is the body that the provider's status has."""
    fault = {"do": "error_event", "status": 429}
    plan: Plan = wire.struck(fault)
    body = wire.struck({"do": "status", "status": 429}).frames[0].data
    assert b"event: error\ndata: " + body + b"\n\n" == plan.frames[-1].data


def test_a_plain_answer_is_the_error(wire: Any) -> None:
    """It has no middle."""
    assert 429 == wire.struck({"do": "error_event", "status": 429}, stream=False).status
