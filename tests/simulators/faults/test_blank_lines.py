"""Empty lines where they are allowed."""

from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """Between two events."""
    golden(do="blank_lines", at="first_text", count=2)


def test_a_plain_body_begins_with_them(wire: Any) -> None:
    """Whatever the phase, for in the middle of a text they would be an error; the length counts them."""
    for at in ("before_headers", "before_done"):
        plan: Plan = wire.struck({"do": "blank_lines", "at": at}, stream=False)
        body = b"".join(frame.data for frame in plan.frames)
        assert (b"\n\n\n" + wire.plan(stream=False).frames[0].data, b"%d" % len(body)) == (
            body,
            dict(plan.headers)[b"content-length"],
        )
