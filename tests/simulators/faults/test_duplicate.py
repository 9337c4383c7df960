"""An event comes again."""

from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """The one that says why it ends."""
    golden(do="duplicate", at="before_finish")


def test_copies_carry_no_tokens(wire: Any) -> None:
    """They were made once."""
    plan: Plan = wire.struck({"do": "duplicate", "at": "first_text", "count": 3})
    assert len(wire.plan().frames) + 3 == len(plan.frames)
    assert sum(frame.tokens for frame in wire.plan().frames) == sum(frame.tokens for frame in plan.frames)


def test_a_plain_body_comes_twice(wire: Any) -> None:
    """And its length counts both."""
    plan: Plan = wire.struck({"do": "duplicate"}, stream=False)
    body = wire.plan(stream=False).frames[0].data
    assert (body * 2, b"%d" % len(body * 2)) == (
        b"".join(frame.data for frame in plan.frames),
        dict(plan.headers)[b"content-length"],
    )
