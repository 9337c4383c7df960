"""The reason for the end is one that no client knows."""

import json
from typing import Any

from novastack_simulators.faults import Context, struck
from novastack_simulators.faults.unknown_finish_reason import UnknownFinishReason
from novastack_simulators.plan import Plan


def test_every_dialect_writes_it(wire: Any) -> None:
    """Plain and streamed, once for the choice; nothing else is changed."""
    for stream in (True, False):
        plan: Plan = wire.struck({"do": "unknown_finish_reason"}, stream=stream)
        right, wrong = (b"".join(frame.data for frame in each.frames) for each in (wire.plan(stream=stream), plan))
        assert (1, "unknown_finish_reason") == (wrong.count(b'"cosmic_ray"'), plan.fault)
        known = b'"end_turn"' if wire.name == "anthropic" else b'"stop"'
        assert _read(right, stream) == _read(wrong.replace(b'"cosmic_ray"', known), stream)


def _read(body: bytes, stream: bool) -> Any:
    """Anthropic's padding depends on nothing that a client reads."""
    lines = [line[6:] for line in body.split(b"\n") if line.startswith(b"data: {")] if stream else [body]
    return [json.loads(line) for line in lines]


def test_where_the_wire_has_no_place_for_it_nothing_is_claimed(stream: Plan, error: Plan) -> None:
    """As in OpenAI's responses."""

    assert stream is struck(UnknownFinishReason(do="unknown_finish_reason"), stream, error, Context(error))
