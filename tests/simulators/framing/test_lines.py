"""How lines are written: examples, and what a fault left unfinished."""

import json
from typing import Any

import pytest

from novastack_simulators.framing import Framing
from novastack_simulators.framing.lines import Lines, broken, lead

TWO = b'event: a\ndata: {"k":1}\n\ndata: [DONE]\n\n'


@pytest.mark.parametrize(
    ("settings", "written"),
    [
        ({}, TWO),
        ({"line_end": "crlf"}, b'event: a\r\ndata: {"k":1}\r\n\r\ndata: [DONE]\r\n\r\n'),
        ({"line_end": "cr"}, b'event: a\rdata: {"k":1}\r\rdata: [DONE]\r\r'),
        ({"space": False}, b'event:a\ndata:{"k":1}\n\ndata:[DONE]\n\n'),
        ({"data_lines": 2}, b'event: a\ndata: {\ndata: "k":1}\n\ndata: [DONE]\n\n'),
        ({"data_lines": 99}, b'event: a\ndata: {\ndata: "k"\ndata: :\ndata: 1\ndata: }\n\ndata: [DONE]\n\n'),
        ({"comments": {}}, b': ping\n\nevent: a\ndata: {"k":1}\n\n: ping\n\ndata: [DONE]\n\n'),
        ({"comments": {"newlines": 1, "every": 2}}, b'event: a\ndata: {"k":1}\n\n: ping\ndata: [DONE]\n\n'),
        ({"comments": {"text": ""}, "space": False}, b':\n\nevent:a\ndata:{"k":1}\n\n:\n\ndata:[DONE]\n\n'),
        ({"id": True}, b'id: 1\nevent: a\ndata: {"k":1}\n\nid: 2\ndata: [DONE]\n\n'),
        ({"retry": 0, "space": False}, b'retry:0\nevent:a\ndata:{"k":1}\n\nretry:0\ndata:[DONE]\n\n'),
    ],
)
def test_two_events_are_written(settings: Any, written: bytes) -> None:
    """Each setting by itself."""
    assert written == Lines(Framing(**settings)).feed(TWO)


def test_a_second_space_needs_the_first() -> None:
    """A value that begins with a space keeps it, though the framing has none after the colon."""
    assert b"data:  x\n\ndata:y\n\n" == Lines(Framing(space=False)).feed(b"data:  x\n\ndata: y\n\n")


def test_a_comment_of_the_provider_gets_no_fields() -> None:
    """A sign of life is no event: it is not numbered and no comment stands before it."""
    lines = Lines(Framing(id=True, comments={"newlines": 1}, line_end="crlf"))
    assert b": keep-alive\r\n\r\n" == lines.feed(b": keep-alive\n\n")
    assert b": ping\r\nid: 1\r\ndata: 1\r\n\r\n" == lines.feed(b"data: 1\n\n")


@pytest.mark.parametrize("place", range(len(TWO)))
def test_a_line_that_two_frames_share_goes_on(place: int) -> None:
    """Wherever a fault cut it; what had begun as one field is not read as another."""
    lines = Lines(Framing(line_end="crlf", id=True))
    expected = b'id: 1\r\nevent: a\r\ndata: {"k":1}\r\n\r\nid: 2\r\ndata: [DONE]\r\n\r\n'
    assert expected == lines.feed(TWO[:place]) + lines.feed(TWO[place:])


@pytest.mark.parametrize("payload", [b"[DONE]", b'{"a":', b'{"a":"\xff"}', b"", b"NaN", b"[" * 10_000])
def test_what_is_not_json_stays_whole(payload: bytes) -> None:
    """A line feed in it would be part of it."""
    assert (payload,) == broken(payload, 5)


@pytest.mark.parametrize("lines", [2, 3, 5, 1000])
def test_json_is_broken_between_tokens(lines: int) -> None:
    """Into as many lines as there are tokens at most, and none of them inside a string."""
    value = {"a b": ['x "y", {z}', -1.5e3, None, {}], "c\\": "\u2028[1, 2]"}
    parts = broken(json.dumps(value, ensure_ascii=False).encode(), lines)
    assert min(lines, 18) == len(parts)
    assert value == json.loads(b"\n".join(parts))


def test_what_leads() -> None:
    """The byte order mark is the very first; the blank lines end as all lines do."""
    assert b"\xef\xbb\xbf\r\r" == lead(Framing(bom=True, blank_lines=2, line_end="cr"))
    assert b"" == lead(Framing())
