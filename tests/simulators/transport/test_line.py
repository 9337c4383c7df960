"""What the edge writes is read as on a real wire, the wrong included."""

from collections.abc import Callable
from typing import Any

import h11
import pytest

from novastack_simulators.edge.cycle import HotCycle
from novastack_simulators.edge.reply import Request
from novastack_simulators.transport.line import HIGH, Line, ResetError


def opened(method: str = "POST") -> Line:
    return Line(Request(method=method, path="/", headers=()), 0.0)


def taken(line: Line) -> list[Any]:
    """All that arrived: heads by status, data by its bytes, and the end."""
    seen: list[Any] = []
    while (event := line.take()) is not None:
        known = {h11.Response: "status_code", h11.Data: "data"}.get(type(event))
        seen.append(getattr(event, known) if known else "end")
    return seen


def test_chunks_are_read_one_by_one() -> None:
    """As they are written; the head with the first of them."""
    line = opened()
    line.cycle.start(200, ())
    assert [] == taken(line)
    line.cycle.write(b"one")
    assert [200, b"one"] == taken(line)
    line.cycle.write(b"two")
    line.cycle.end()
    assert [b"two", "end"] == taken(line)
    assert 3 == line.arrivals


def test_a_head_has_the_date() -> None:
    """It is the edge's, and the time was given."""
    line = opened()
    line.cycle.start(204, ((b"content-length", b"0"),))
    line.cycle.end()
    head = line.take()
    assert isinstance(head, h11.Response)
    assert b"Thu, 01 Jan 1970 00:00:00 GMT" == dict(head.headers)[b"date"]


def test_the_answer_to_head_has_no_body() -> None:
    """Whatever its length says."""
    line = opened("HEAD")
    line.cycle.start(200, ((b"content-length", b"5"),))
    line.cycle.write(b"12345")
    line.cycle.end()
    assert [200, "end"] == taken(line)


def _wrote(headers: Any, data: bytes, last: Callable[[HotCycle], None]) -> Callable[[Line], None]:
    def play(line: Line) -> None:
        line.cycle.start(200, headers)
        line.cycle.write(data)
        last(line.cycle)

    return play


CHUNKED = ((b"transfer-encoding", b"chunked"),)


@pytest.mark.parametrize(
    ("play", "error", "said"),
    [
        (lambda line: line.cycle.fin(), h11.RemoteProtocolError, "disconnected without sending a response"),
        (lambda line: line.cycle.abort(), ResetError, "reset"),
        (_wrote((), b"abc", HotCycle.fin), h11.RemoteProtocolError, "incomplete chunked read"),
        (_wrote((), b"abc", HotCycle.abort), ResetError, "reset"),
        (
            _wrote(((b"content-length", b"9"),), b"abc", HotCycle.fin),
            h11.RemoteProtocolError,
            "received 3 bytes, expected 9",
        ),
        (_wrote(CHUNKED, b"zz\r\nabc\r\n", HotCycle.end), h11.RemoteProtocolError, "illegal chunk header"),
    ],
)
def test_what_goes_wrong_is_raised(play: Callable[[Line], None], error: type[Exception], said: str) -> None:
    """After what arrived before it."""
    line = opened()
    play(line)
    with pytest.raises(error, match=said):
        taken(line)


def test_a_body_longer_than_told_is_cut_there() -> None:
    """The rest would be the next answer's, and there is none."""
    line = opened()
    _wrote(((b"content-length", b"3"),), b"abcdef", HotCycle.end)(line)
    assert [200, b"abc", "end"] == taken(line)


def test_a_client_that_does_not_read_makes_it_wait() -> None:
    """Until it has read enough."""
    line, told = opened(), list[str]()
    line.cycle.watch(lambda: told.append("left"), lambda: told.append("resumed"))
    line.cycle.start(200, ())
    line.cycle.write(b"x" * (HIGH + 1))
    assert line.cycle.paused
    assert [200, b"x" * (HIGH + 1)] == taken(line)
    assert (False, ["resumed"]) == (line.cycle.paused, told)


def test_leaving_is_told_once_and_only_before_the_end() -> None:
    """As the edge tells it."""
    told: list[str] = []
    for ended in (False, True):
        line = opened()
        line.cycle.watch(lambda: told.append("left"), lambda: None)
        line.cycle.start(200, ())
        line.cycle.write(b"abc")
        if ended:
            line.cycle.end()
        line.leave()
        line.leave()
    assert ["left"] == told
