"""DeepSeek knows no developers."""

import json

from gateway_asks import ask_of, problem_of

from novastack_gateway.dialects import DIALECTS

PUT = DIALECTS["deepseek"].put


def test_a_developers_turn_becomes_a_system_turn() -> None:
    """And nothing else in the body changes."""
    body = (
        b'{"model":"public","messages":[ {"content":"a","role" : "developer","n":1e-7},'
        b'{"role":"user","content":"developer"}],"x":9007199254740993}'
    )
    expected = (
        b'{"model":"vendor","messages":[{"content":"a","role" : "system","n":1e-7},'
        b'{"role":"user","content":"developer"}],"x":9007199254740993}'
    )
    assert expected == PUT(ask_of(body)).body


def test_a_conversation_without_developers_travels_as_it_came() -> None:
    """Byte for byte."""
    body = b'{"model":"public","messages":[ {"role":"user","content":"hi"} ]}'
    assert body.replace(b"public", b"vendor") == PUT(ask_of(body)).body


def test_members_given_twice_are_a_400() -> None:
    """The role, or the whole conversation: nobody knows which was meant."""
    turn = b'{"role":"developer","content":"x"}'
    twice = b'{"model":"m","messages":[{"role":"user"},{"role":"user"}],"messages":[' + turn + b"]}"
    role = b'{"model":"m","messages":[{"role":"user","role":"developer","content":"x"}]}'
    assert ["messages", "role"] == [problem_of(PUT, ask_of(body)).param for body in (twice, role)]


def test_escaped_spellings_are_understood() -> None:
    """JSON has more than one way to write a name."""
    body = b'{"model":"m","messages":[{"\\u0072ole":"developer","content":"x"}]}'
    assert "system" == json.loads(PUT(ask_of(body)).body)["messages"][0]["role"]
