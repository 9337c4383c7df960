"""Who asks for what: path, method, key and scope, in this order, and the scope even of what is refused."""

from typing import Any

import pytest

from novastack_simulators.addressed import CAPACITY, Heads
from novastack_simulators.dialects import DIALECTS
from novastack_simulators.edge.reply import Request
from novastack_simulators.journal import fingerprint
from novastack_simulators.refusal import Refusal

KEYS = ("sk-one", "sk-two")
CHAT = {"anthropic": "/v1/messages"}


def asked(path: str = "/v1/chat/completions", method: str = "POST", **fields: str) -> Request:
    """Underscores in names of headers stand for hyphens."""
    headers = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in fields.items())
    return Request(method=method, path=path, headers=headers)


def heads(dialect: str = "openai") -> Heads:
    return Heads(DIALECTS[dialect], KEYS)


def refused(request: Request, dialect: str = "openai") -> Refusal:
    with pytest.raises(Refusal) as caught:
        heads(dialect).read(request)
    return caught.value


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("key", "scope"), [("sk-one", ""), ("sk-two~team-a", "team-a"), ("sk-two~", ""), ("sk-one~a.b:c", "a.b:c")]
)
def test_a_key_may_carry_a_scope(dialect: str, key: str, scope: str) -> None:
    """In every wire; the fingerprint is of all of it."""
    found = heads(dialect).read(asked(CHAT.get(dialect, "/v1/chat/completions"), authorization=f"Bearer {key}"))
    assert (scope, fingerprint(key)) == (found.scope, found.key)


def test_anthropics_other_header_carries_one_too() -> None:
    """x-api-key."""
    assert "a" == heads("anthropic").read(asked("/v1/messages", x_api_key="sk-one~a")).scope


def test_the_header_comes_before_the_key() -> None:
    """An empty one says that it is the scope without a name."""
    for named in ("b", ""):
        assert named == heads().read(asked(authorization="Bearer sk-one~a", x_sim_scope=named)).scope


def test_a_key_that_holds_the_mark_is_a_key() -> None:
    """If that is what is configured; only behind another key it is a scope."""
    own = Heads(DIALECTS["openai"], ("sk~one",))
    assert "" == own.read(asked(authorization="Bearer sk~one")).scope
    with pytest.raises(Refusal):
        own.read(asked(authorization="Bearer sk"))


@pytest.mark.parametrize(
    ("request_", "kind", "scope"),
    [
        (asked("/nowhere", authorization="Bearer sk-one~a"), "path", "a"),
        (asked("/nowhere", method="GET"), "path", ""),
        (asked(method="GET", authorization="Bearer sk-one~a"), "method", "a"),
        (asked(x_sim_scope="a"), "key_missing", "a"),
        (asked(authorization="Bearer sk-no", x_sim_scope="a"), "key_wrong", "a"),
        (asked(authorization="Bearer sk-no~a"), "key_wrong", ""),
        (asked(authorization="Bearer sk-one~a b"), "invalid", ""),
        (asked(authorization="Bearer sk-one~a", x_sim_attempt="0"), "invalid", "a"),
    ],
)  # fmt: skip
def test_what_is_refused_has_its_scope(request_: Request, kind: str, scope: str) -> None:
    """By the header, or behind a key that is accepted: a test finds its own refusals."""
    found = refused(request_)
    assert (kind, scope) == (found.kind, found.details["scope"])


@pytest.mark.parametrize("attempt", ["0", "-1", "1.5", "two", "", "٣"])
def test_an_attempt_is_a_number(attempt: str) -> None:
    """From one up, and a sentence says so."""
    headers = ((b"authorization", b"Bearer sk-one"), (b"x-sim-attempt", attempt.encode()))
    found = refused(Request(method="POST", path="/v1/chat/completions", headers=headers))
    assert found.details["message"].startswith("x-sim-attempt: expected a whole number from 1 up, got ")


def test_an_attempt_may_be_told() -> None:
    """None is to be counted."""
    told, untold = (
        heads().read(asked(authorization="Bearer sk-one", **more)).attempt for more in ({"x_sim_attempt": "7"}, {})
    )
    assert (7, None) == (told, untold)


def test_a_head_is_read_once() -> None:
    """The same again is the same object; another is not, and the memory is bounded."""
    reading, same = heads(), {"authorization": "Bearer sk-one"}
    first: Any = reading.read(asked(**same))
    assert first is reading.read(asked(**same))
    assert first is not reading.read(asked(**same, x_team="red"))
    for number in range(CAPACITY):
        reading.read(asked(**same, x_number=str(number)))
    assert first is not reading.read(asked(**same))
    assert len(reading._memory) <= CAPACITY


def test_a_refused_head_is_not_remembered() -> None:
    """Whoever sends many wrong ones fills nothing."""
    reading = heads()
    for number in range(10):
        with pytest.raises(Refusal):
            reading.read(asked(authorization=f"Bearer sk-no-{number}"))
    assert 0 == len(reading._memory)
