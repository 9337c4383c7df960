"""All is well by the status, and the body is an error."""

from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """The first and only event of the stream."""
    golden(do="ok_with_error_body", status=503)


def test_what_is_not_streamed_has_a_json_body(wire: Any) -> None:
    """The provider's, whole and with its length."""
    fault = {"do": "ok_with_error_body", "status": 503}
    plan: Plan = wire.struck(fault, stream=False)
    (body,) = (frame.data for frame in plan.frames)
    assert (200, b"application/json") == (plan.status, dict(plan.headers)[b"content-type"])
    assert b"%d" % len(body) == dict(plan.headers)[b"content-length"]


def test_a_stream_can_be_answered_with_json_too(wire: Any) -> None:
    """As by a server that looks at the model before it looks at `stream`."""
    fault = {"do": "ok_with_error_body", "as": "json"}
    assert wire.struck(fault, stream=False).frames == wire.struck(fault).frames
    assert b"application/json" == dict(wire.struck(fault).headers)[b"content-type"]
