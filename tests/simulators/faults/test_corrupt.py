"""Bytes that are not what they must be."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from novastack_simulators.faults.corrupt import Corrupt
from novastack_simulators.plan import Plan


def sent(plan: Plan) -> bytes:
    return b"".join(frame.data for frame in plan.frames)


def payloads(plan: Plan) -> list[bytes]:
    return [event.partition(b"data: ")[2] for event in sent(plan).split(b"\n\n")[:-1]]


def test_the_wire(golden: Any) -> None:
    """An octet that is never UTF-8, in front of the text."""
    golden(do="corrupt", what="utf8")


@pytest.mark.parametrize("said", ["text", "thinking", "tools"])
def test_one_event_is_not_json(wire: Any, said: str) -> None:
    """It lacks its last byte; all others are as they were."""
    right, wrong = payloads(wire.plan(said)), payloads(wire.struck({"do": "corrupt", "what": "json"}, said))
    (changed,) = (index for index, (one, other) in enumerate(zip(right, wrong, strict=True)) if one != other)
    assert right[changed][:-1] == wrong[changed]
    with pytest.raises(ValueError):
        json.loads(wrong[changed])


def test_a_plain_body_is_not_json(wire: Any) -> None:
    """And says so by its length."""
    plan: Plan = wire.struck({"do": "corrupt", "what": "json"}, stream=False)
    assert (sent(wire.plan(stream=False))[:-1], b"%d" % len(sent(plan))) == (
        sent(plan),
        dict(plan.headers)[b"content-length"],
    )


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("said", ["text", "thinking", "tools"])
def test_a_text_is_not_utf8(wire: Any, stream: bool, said: str) -> None:
    """One octet too much inside a text: who reads it leniently has a replacement character in what was said."""
    plan: Plan = wire.struck({"do": "corrupt", "what": "utf8"}, said, stream=stream)
    with pytest.raises(UnicodeDecodeError):
        sent(plan).decode()
    assert 1 == sent(plan).decode(errors="replace").count("\ufffd")
    assert sent(wire.plan(said, stream=stream)) == sent(plan).replace(b"\xff", b"")
    if stream:
        json.loads(next(each for each in payloads(plan) if b"\xff" in each).decode(errors="replace"))


def test_one_byte_is_not_utf8(wire: Any) -> None:
    """That of the body as it is framed."""
    right, wrong = sent(wire.plan()), sent(wire.struck({"do": "corrupt", "what": "utf8", "at": {"at_byte": 40}}))
    assert right[:40] + b"\xff" + right[41:] == wrong


@pytest.mark.parametrize("stream", [True, False])
def test_one_chunk_has_no_size(wire: Any, stream: bool) -> None:
    """The chunks before it can be read, and it is the one with the phase."""
    plan: Plan = wire.struck({"do": "corrupt", "what": "chunk_size"}, stream=stream)
    assert (b"chunked", False) == (dict(plan.headers)[b"transfer-encoding"], b"content-length" in dict(plan.headers))
    before, _, after = sent(plan).partition(b"XYZ\r\n")
    whole, at = sent(wire.plan(stream=stream)), b""
    while before:
        size, _, rest = before.partition(b"\r\n")
        at, before = at + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    assert whole.startswith(at)
    assert after.startswith(whole[len(at) : len(at) + 20])
    assert after.endswith(b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("by", "more"), [(None, 10), (7, 7), (-7, -7)])
def test_the_length_is_wrong(wire: Any, stream: bool, by: int | None, more: int) -> None:
    """Too long or too short, and the connection is closed after the body."""
    plan: Plan = wire.struck({"do": "corrupt", "what": "content_length", **({"by": by} if by else {})}, stream=stream)
    assert (b"%d" % (len(sent(plan)) + more), "fin") == (dict(plan.headers)[b"content-length"], plan.ending)
    assert sent(wire.plan(stream=stream)) == sent(plan)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"what": "xml"}, "'json', 'utf8', 'chunk_size' or 'content_length', got 'xml'"),
        ({"what": "content_length", "at": "before_done"}, "leave `at` out"),
        ({"what": "content_length", "by": 0}, "not 0"),
        ({"what": "json", "by": 3}, "for content_length only"),
        ({"what": "json", "at": {"at_byte": 3}}, "give a phase"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], told: str) -> None:
    """With what would."""
    with pytest.raises(ValidationError) as caught:
        Corrupt.model_validate({"do": "corrupt", **wrong})
    assert told in str(caught.value)
