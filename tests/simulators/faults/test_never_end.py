"""The answer never comes to its end."""

import json
from typing import Any

from novastack_simulators.plan import Plan


def test_the_wire(golden: Any) -> None:
    """The last piece of text again and again."""
    golden(do="never_end", every=0.5)


def test_a_call_never_ends_either(wire: Any) -> None:
    """Where there is no text, its last arguments come again."""
    plan: Plan = wire.struck({"do": "never_end"}, "tools")
    assert plan.repeat is not None
    assert (("arguments",), 0.05) == (tuple(frame.phase for frame in plan.repeat.frames), plan.repeat.period)


def test_a_plain_body_goes_on_with_blanks(wire: Any) -> None:
    """All but its last byte, and then white space; were it to end, it would be whole."""
    plan: Plan = wire.struck({"do": "never_end"}, stream=False)
    assert plan.repeat is not None
    said = plan.frames[0].data + plan.repeat.frames[0].data * 3 + b"}"
    assert json.loads(wire.plan(stream=False).frames[0].data) == json.loads(said)
    assert ("hang", False) == (plan.ending, b"content-length" in dict(plan.headers))
