"""The state machine of a chat stream: its table is complete, and a transcript holds what was said."""

import json
from itertools import product
from typing import Any

from novastack_contracts import stream
from novastack_contracts.stream import Part, Slip, State


def _read(*choices: dict[str, Any]) -> stream.Transcript:
    events = [b"data: " + json.dumps({"choices": [{"index": 0} | choice]}).encode() + b"\n\n" for choice in choices]
    return stream.read(b"".join(events) + b"data: [DONE]\n\n")


def _slips(*choices: dict[str, Any]) -> list[Slip]:
    return [slipped.slip for slipped in _read(*choices).slips]


def test_the_table_knows_every_pair() -> None:
    """No state meets a part that it has no answer to."""
    assert set(product(State, Part)) == set(stream._ORDER)


def test_an_answer_in_order_has_no_slip() -> None:
    """Role, reasoning, content, finish."""
    assert [] == _slips(
        {"delta": {"role": "assistant", "content": None}},
        {"delta": {"reasoning_content": "Hm."}},
        {"delta": {"content": "Hi"}},
        {"delta": {"content": ""}, "finish_reason": "stop"},
    )


def test_content_and_finish_may_share_a_chunk() -> None:
    """The parts of a chunk are taken in their order."""
    assert [] == _slips({"delta": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"})


def test_each_slip_is_found() -> None:
    """One stream per kind of slip."""
    role = {"delta": {"role": "assistant"}}
    text = {"delta": {"content": "Hi"}}
    end = {"delta": {}, "finish_reason": "stop"}
    think = {"delta": {"reasoning": "Hm."}}
    assert {
        Slip.NO_ROLE: [Slip.NO_ROLE],
        Slip.ROLE_AGAIN: [Slip.ROLE_AGAIN],
        Slip.ROLE_WRONG: [Slip.ROLE_WRONG],
        Slip.REASONING_LATE: [Slip.REASONING_LATE],
        Slip.AFTER_FINISH: [Slip.AFTER_FINISH],
        Slip.FINISH_AGAIN: [Slip.FINISH_AGAIN],
    } == {
        Slip.NO_ROLE: _slips(text, end),
        Slip.ROLE_AGAIN: _slips(role, text, role, end),
        Slip.ROLE_WRONG: _slips({"delta": {"role": "user"}}, end),
        Slip.REASONING_LATE: _slips(role, text, think, end),
        Slip.AFTER_FINISH: _slips(role, end, text),
        Slip.FINISH_AGAIN: _slips(role, end, end),
    }


def test_choices_are_followed_apart() -> None:
    """Interleaved choices keep their own states and texts."""
    transcript = _read(
        {"index": 0, "delta": {"role": "assistant"}},
        {"index": 1, "delta": {"role": "assistant"}},
        {"index": 1, "delta": {"content": "b"}},
        {"index": 0, "delta": {"content": "a"}},
        {"index": 0, "delta": {}, "finish_reason": "stop"},
        {"index": 1, "delta": {"content": "b"}, "finish_reason": "length"},
    )
    assert () == transcript.slips
    assert {0: ("a", ["stop"]), 1: ("bb", ["length"])} == {
        index: (voice.content, voice.finishes) for index, voice in transcript.voices.items()
    }


def test_it_reads_past_done() -> None:
    """What follows [DONE] is kept as trailing."""
    transcript = stream.read(b'data: [DONE]\n\ndata: {"choices": []}\n\n')
    assert [b'{"choices": []}'] == [event.data for event in transcript.trailing]
