"""DashScope refuses to think where it does not stream."""

import json

import pytest
from gateway_asks import ask

from novastack_gateway.dialects import DIALECTS

PUT = DIALECTS["dashscope"].put


def test_a_developers_turn_becomes_a_system_turn() -> None:
    """DashScope's list of roles has no developers."""
    body = json.loads(PUT(ask([{"role": "developer", "content": "x"}, {"role": "user", "content": "hi"}])).body)
    assert ["system", "user"] == [turn["role"] for turn in body["messages"]]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, False),
        ({"stream": False}, False),
        ({"stream": True}, None),
        ({"enable_thinking": True}, True),
        ({"enable_thinking": True, "stream": True}, True),
        ({"extra": "enable_thinking"}, False),
    ],
)
def test_thinking_is_off_where_it_would_be_refused_and_nothing_was_said(
    members: dict[str, object], expected: bool | None
) -> None:
    """What the caller decided stays."""
    assert expected is json.loads(PUT(ask(**members)).body).get("enable_thinking")
