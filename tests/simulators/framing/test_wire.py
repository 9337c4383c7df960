"""What becomes of a plan under a framing: its frames, times, tokens, head and end."""

import json
import zlib
from collections.abc import Mapping
from random import Random
from typing import Any, Final

import msgspec
import pytest

from novastack_simulators.framing import DEFAULT, FRAMINGS, Framing, framed
from novastack_simulators.plan import Frame, Plan, Queue, Repeat, Ticket

GZIP: Final = 16 + zlib.MAX_WBITS


def test_the_default_is_the_same_plan(plan: Any) -> None:
    """Not a copy: it costs nothing."""
    before = plan(b"data: 1\n\n")
    assert framed(before, DEFAULT, Random(1)) is before
    assert framed(before, Framing(), Random(1)) is before


@pytest.mark.parametrize("data", [(), (b"",), (b"", b"")])
def test_a_plan_without_a_byte_stays(data: Any, plan: Any) -> None:
    """There is nothing to write in another way, and what a fault has emptied stays empty."""
    before = plan(*data, ending="abort", end=1.0)
    assert framed(before, FRAMINGS["everything-legal"], Random(1)) is before


def test_the_same_seed_writes_the_same_bytes(streams: Mapping[str, Plan]) -> None:
    """And another one cuts elsewhere."""
    before = streams["qwen3-235b-a22b 0"]
    one, same, other = (framed(before, FRAMINGS["random"], Random(seed)) for seed in (1, 1, 2))
    assert one == same
    assert one.frames != other.frames


def test_pieces_keep_their_event_and_its_time(plan: Any) -> None:
    """The phase goes with all, the tokens with the last; each is a write of its own."""
    after = framed(plan(b"data: 1\n\n", b"data: 2\n\n"), Framing(write={"bytes": 5}), Random(1))
    assert [("text", 0, b"data:"), ("text", 1, b" 1\n\n"), ("text", 0, b"data:"), ("text", 1, b" 2\n\n")] == [
        *after.frames
    ]
    assert (1.0, 1.0, 2.0, 2.0) == after.dues
    assert after.apart


def test_an_engine_times_the_first_piece(plan: Any) -> None:
    """Its frames are due when their tokens are made, so the tokens of an event go with its first piece."""
    after = framed(plan(b"data: 1\n\n", ticket=Ticket(5, (1,))), Framing(write={"bytes": 5}), Random(1))
    assert [1, 0] == [frame.tokens for frame in after.frames]


def test_a_pause_is_between_the_writes_of_one_event(plan: Any) -> None:
    """The next event waits if its turn comes before the last piece has gone."""
    before = plan(b"data: 1\n\n", b"data: 2\n\n", dues=(1.0, 1.1))
    after = framed(before, Framing(write={"bytes": 4}, pause=100), Random(1))
    assert [1.0, 1.1, 1.2, 1.2, 1.3, 1.4] == [round(due, 6) for due in after.dues]


def test_coalesced_events_wait_for_the_last(plan: Any) -> None:
    """Their tokens are together in one write."""
    after = framed(plan(*(b"data: %d\n\n" % n for n in range(5))), Framing(write={"events": 2}), Random(1))
    assert [b"data: 0\n\ndata: 1\n\n", b"data: 2\n\ndata: 3\n\n", b"data: 4\n\n"] == [f.data for f in after.frames]
    assert ((2.0, 4.0, 5.0), [2, 2, 1], True) == (after.dues, [f.tokens for f in after.frames], after.apart)


def test_signs_of_life_are_not_held_back(plan: Any) -> None:
    """They are no events, and the first event does not wait with them."""
    before = plan(b": keep-alive\n\n", b": keep-alive\n\n", b"data: 1\n\n", b"data: 2\n\n")
    quiet = tuple(frame._replace(phase="queued") for frame in before.frames[:2])
    before = msgspec.structs.replace(before, frames=quiet + before.frames[2:])
    after = framed(before, Framing(write={"events": 4}), Random(1))
    assert (1.0, 2.0, 4.0) == after.dues


@pytest.mark.parametrize(("write", "place"), [({"bytes": 4}, 6), ({"events": 2}, 1), ("event", 2)])
def test_the_frame_from_which_it_is_slow_is_the_same(write: Any, place: int, plan: Any) -> None:
    """What points at a frame follows it."""
    before = plan(*(b"data: %d\n\n" % n for n in range(4)), slow=(2, 9.0))
    assert (place, 9.0) == framed(before, Framing(write=write, bom=True), Random(1)).slow


def test_what_repeats_is_dressed_and_can_be_read_for_ever(plan: Any, browser: Any) -> None:
    """Compressed too, as often as it is sent."""
    before = plan(b"data: 1\n\n", repeat=Repeat((Frame("text", 1, b"data: 2\n\n"),), 1.0))
    for gzip in (False, "always"):
        after = framed(before, Framing(line_end="cr", id=True, gzip=gzip), Random(1))
        assert after.repeat
        whole = after.frames[0].data + after.repeat.frames[0].data * 3
        text = zlib.decompressobj(wbits=GZIP).decompress(whole) if gzip else whole
        assert ["1", "2", "2", "2"] == [event.data for event in browser(text)]
        assert b"\n" not in text


@pytest.mark.parametrize(
    ("settings", "sign"),
    [
        ({"line_end": "crlf"}, b": k\r\n\r\n"),
        ({"space": False}, b":k\n\n"),
        ({"bom": True}, b""),
        ({"gzip": "always"}, b""),
    ],
)
def test_the_sign_of_a_queue_is_dressed(settings: Any, sign: bytes, plan: Any) -> None:
    """It comes before all events, so it gives way to what must be the very first bytes."""
    before = plan(b"data: 1\n\n", queue=Queue(b": k\n\n", 1.0, 9.0))
    assert Queue(sign, 1.0, 9.0) == framed(before, Framing(**settings), Random(1)).queue


# Plain bodies


@pytest.mark.parametrize("gzip", [False, "always"])
@pytest.mark.parametrize("end", ["lf", "crlf", "cr"])
def test_a_plain_body_is_the_same_json(gzip: Any, end: Any, bodies: Mapping[str, Plan], seen: Any) -> None:
    """White space leads it, the length is right, nothing else of a stream's dress is put on."""
    dress = Framing(
        blank_lines=3, line_end=end, gzip=gzip, bom=True, id=True, data_lines=3, comments={}, write={"bytes": 9}
    )
    for before in bodies.values():
        after = framed(before, dress, Random(1))
        assert json.loads(before.frames[0].data) == json.loads(seen(after))
        assert seen(after) == dress.end * 3 + before.frames[0].data
        assert b"%d" % sum(len(frame.data) for frame in after.frames) == dict(after.headers)[b"content-length"]
        assert (7, 0) == (after.frames[-1].tokens, after.frames[0].tokens)


def test_a_wrong_length_stays_as_wrong(plan: Any) -> None:
    """It was a fault's."""
    head = ((b"content-type", b"application/json"), (b"content-length", b"99"))
    before = Plan(status=200, headers=head, frames=(Frame("body", 1, b"{}"),), dues=(0.0,))
    after = framed(before, Framing(blank_lines=4), Random(1))
    assert b"103" == dict(after.headers)[b"content-length"]


def test_no_blank_line_before_a_page() -> None:
    """Only JSON is known to allow it."""
    before = Plan(
        status=502, headers=((b"content-type", b"text/html"),), frames=(Frame("body", 0, b"<p>"),), dues=(0.0,)
    )
    assert before == framed(before, Framing(blank_lines=2, bom=True), Random(1))


@pytest.mark.parametrize("name", [b"transfer-encoding", b"content-encoding"])
def test_what_is_coded_already_is_only_cut(name: bytes) -> None:
    """Chunks that a fault made, or a coding, are not read."""
    before = Plan(status=200, headers=((name, b"x"),), frames=(Frame("text", 1, b"5\r\ndata:\r\n"),), dues=(0.0,))
    after = framed(before, Framing(write={"bytes": 6}, gzip="always", line_end="cr"), Random(1))
    assert (before.headers, [b"5\r\ndat", b"a:\r\n"]) == (after.headers, [frame.data for frame in after.frames])


def test_gzip_is_for_those_who_take_it(plan: Any) -> None:
    """And the head says by which of the request's headers it was chosen."""
    before = plan(b"data: 1\n\n")
    vary = (b"vary", b"accept-encoding")
    assert (*before.headers, vary) == framed(before, Framing(gzip=True), Random(1)).headers
    coding = (b"content-encoding", b"gzip")
    assert (*before.headers, coding, vary) == framed(before, Framing(gzip=True), Random(1), "br, gzip").headers
    assert (*before.headers, coding) == framed(before, Framing(gzip="always"), Random(1), "identity").headers


@pytest.mark.parametrize(("ending", "closed"), [("complete", True), ("fin", False), ("abort", False), ("hang", False)])
def test_only_a_whole_answer_closes_its_member(ending: Any, closed: bool, plan: Any) -> None:
    """A reader of a broken off answer can tell, and has read all that was sent."""
    after = framed(plan(b"data: 1\n\n", b"data: 2\n\n", ending=ending), Framing(gzip="always"), Random(1))
    reader = zlib.decompressobj(wbits=GZIP)
    assert [b"data: 1\n\n", b"data: 2\n\n"] == [reader.decompress(frame.data) for frame in after.frames]
    assert closed == reader.eof
