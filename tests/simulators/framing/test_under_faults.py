"""A fault is the same fault under every framing: what a client reads until it strikes, and how the answer ends."""

import json
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from novastack_contracts.sse import Reader
from novastack_simulators.faults import FAULTS
from novastack_simulators.transport import SimulatorTransport

NAME: Final = "deepseek-v4-pro"
BODY: Final = {
    "model": NAME,
    "messages": [{"role": "user", "content": "Hello"}],
    "thinking": {"type": "disabled"},
    "max_tokens": 12,
}
FRAMINGS: Final = ("everything-legal", "one-byte", "cr", "coalesced", "gzip")
# What a fault cannot do without; one that never ends is cut off by the test below, wherever that is in its bytes.
NEEDS: Final[dict[str, Any]] = {
    "status": {"status": 503},
    "stall": {"for": 3},
    "slow": {"factor": 3},
    "keepalive_comments": {"for": 3},
    "corrupt": {"what": "json"},
    "finish": {"reason": "gone"},
    "wrong_usage": {"factor": 2},
}
ENDLESS: Final = "never_end"


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer sk-sim-{NAME}"}
    transport = SimulatorTransport(NAME, clock="virtual")
    with httpx.Client(transport=transport, base_url="http://sim", headers=headers, timeout=300) as client:
        yield client


def heard(http: httpx.Client, faults: list[Any], framing: Any, *, stream: bool) -> tuple[Any, ...]:
    """The status, what was read, and how it ended; from a fresh start, so that all attempts are the first."""
    http.post("/_sim/reset").raise_for_status()
    http.put("/_sim/faults", json=faults).raise_for_status()
    http.put("/_sim/framing", json=framing).raise_for_status()
    status, text, ended = 0, b"", "whole"
    try:
        with http.stream("POST", "/chat/completions", json={**BODY, "stream": stream}) as reply:
            status = reply.status_code
            for piece in reply.iter_bytes():
                text += piece
    except httpx.TransportError as error:
        ended = type(error).__name__
    return status, _said(text), ended


def _said(text: bytes) -> Any:
    """Events with their payloads as JSON where they are JSON; a body without the white space around it."""
    reader = Reader()
    events = reader.feed(text) + reader.close()[0]
    return [(event.name, _value(event.data)) for event in events] or text.removeprefix(b"\xef\xbb\xbf").strip()


def _value(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("do", [name for name in FAULTS if name != ENDLESS])
def test_a_fault_is_the_same_under_every_framing(do: str, stream: bool, http: httpx.Client) -> None:
    """In its usual place."""
    faults = [{"do": do, **NEEDS.get(do, {})}]
    expected = heard(http, faults, {}, stream=stream)
    for name in FRAMINGS:
        assert (name, expected) == (name, heard(http, faults, name, stream=stream))


@pytest.mark.parametrize("name", FRAMINGS)
def test_what_never_ends_goes_on_under_every_framing(name: str, http: httpx.Client) -> None:
    """Event after event, until the client has had enough."""
    http.post("/_sim/reset").raise_for_status()
    http.put("/_sim/faults", json=[{"do": ENDLESS, "at": "before_done"}]).raise_for_status()
    http.put("/_sim/framing", json=name).raise_for_status()
    reader, events = Reader(), list[Any]()
    with http.stream("POST", "/chat/completions", json={**BODY, "stream": True}) as reply:
        pieces = reply.iter_bytes()
        while len(events) < 100:
            events += reader.feed(next(pieces))
    assert all(json.loads(event.data)["object"] == "chat.completion.chunk" for event in events if event.data)
