"""A clean end in the middle."""

from typing import Any

import pytest

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """All but the terminator."""
    golden(do="truncate", at="before_done")


@pytest.mark.parametrize("at", ["before_headers", "after_headers", "first_text", {"after_tokens": 2}, {"at_byte": 99}])
def test_it_ends_as_if_it_were_whole(wire: Any, at: Any) -> None:
    """The head is sent in any case, and a length that was promised is kept."""
    for stream in (True, False):
        plan: Plan = wire.struck({"do": "truncate", "at": at}, stream=stream)
        sent = b"".join(frame.data for frame in plan.frames)
        assert ("complete", True) == (plan.ending, len(plan.frames) > 0)
        assert b"".join(frame.data for frame in wire.plan(stream=stream).frames).startswith(sent)
        assert (None if stream else b"%d" % len(sent)) == dict(plan.headers).get(b"content-length")
