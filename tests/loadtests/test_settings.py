"""What may run, and how a mistake is named."""

from typing import Any

import pytest

from novastack_loadtests.settings import Settings, UsageError, check, loopback

GOOD = {"scenario": "routing", "url": "http://127.0.0.1:8080"}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"rate": 0.0}, "--rate is 0: give a number above 0, at most 10000"),
        ({"duration": float("nan")}, "--duration is nan: give a number above 0"),
        ({"duration": 1e300}, "--duration is 1e+300: give a number above 0, at most 86400"),
        ({"users": -1}, "--users is -1: give a number above 0"),
        ({"stream_share": 1.5}, "--stream-share is 1.5: give a share from 0 to 1"),
        ({"scenario": "x"}, "no scenario is called 'x'; there are routing, ratelimit"),
        ({"arrival": "x"}, "no arrival is called 'x'; there are constant"),
        ({"api_key": ""}, "--api-key is empty"),
        ({"url": "127.0.0.1:8080"}, "is not an http address"),
        ({"url": "http://127.0.0.1:99999"}, "Port out of range"),
        ({"url": "http://u:secret@127.0.0.1"}, "without credentials"),
        ({"url": "https://gateway.example"}, "If you may: --allow-host gateway.example"),
        ({"simulators": ("http://10.0.0.1:9101",)}, "--simulators: 10.0.0.1 is not this machine"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(changes: Any, complaint: str) -> None:
    """One complaint per mistake."""
    with pytest.raises(UsageError) as caught:
        check(Settings(**{**GOOD, **changes}))
    assert complaint in str(caught.value)


def test_all_mistakes_come_at_once() -> None:
    """Nobody mends one after the other."""
    with pytest.raises(UsageError) as caught:
        check(Settings(**GOOD, rate=-1.0, stream_share=2.0))
    assert 2 == len(str(caught.value).splitlines())


def test_a_named_host_is_allowed() -> None:
    """Staging is a decision, not an accident."""
    check(Settings(scenario="routing", url="https://gateway.example/v1", allow_hosts=("gateway.example",)))


def test_a_key_is_never_shown() -> None:
    """Neither in a repr nor in a complaint."""
    settings = Settings(scenario="routing", url="http://x:secret@127.0.0.1", api_key="sk-private")
    with pytest.raises(UsageError) as caught:
        check(settings)
    assert "sk-private" not in repr(settings) + str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "own"),
    [("localhost", True), ("127.8.8.8", True), ("::1", True), ("localhost.example", False), ("0.0.0.0", False)],
)
def test_only_loopback_is_this_machine(host: str, own: bool) -> None:
    """A name may resolve to anything."""
    assert own == loopback(host)
