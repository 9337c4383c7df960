"""A close at its phase, without the body's own end."""

from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """The head, and the close."""
    golden(do="fin", at="after_headers")


def test_a_plain_answer_is_shorter_than_it_promised(wire: Any) -> None:
    """Its length is that of the whole."""
    plan: Plan = wire.struck({"do": "fin", "at": "first_text"}, stream=False)
    whole = wire.plan(stream=False).frames[0].data
    assert (whole[: len(whole) // 2], b"%d" % len(whole), "fin") == (
        plan.frames[0].data,
        dict(plan.headers)[b"content-length"],
        plan.ending,
    )


def test_at_a_byte_just_so_many_are_sent(wire: Any) -> None:
    """Counted from 0."""
    plan: Plan = wire.struck({"do": "fin", "at": {"at_byte": 100}})
    assert b"".join(frame.data for frame in wire.plan().frames)[:100] == b"".join(frame.data for frame in plan.frames)
