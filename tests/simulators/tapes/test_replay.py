"""A tape becomes a plan: the same bytes, chunks and times, with phases that faults find."""

from collections.abc import Callable
from itertools import accumulate

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.faults.at import place
from novastack_simulators.plan import Frame
from novastack_simulators.tapes import Tape, planned, told
from novastack_simulators.tapes.tape import Chunk, Ended, packed

OPEN = b'data: {"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
TEXT = b'data: {"choices":[{"delta":{"content":"Good day"},"finish_reason":null}]}\n\n'
FINISH = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":6}}\n\n'
DONE = b"data: [DONE]\n\n"
BODY = OPEN + TEXT + TEXT + FINISH + USAGE + DONE


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=20), st.integers(0, 10**9)), min_size=1, max_size=10))
def test_the_frames_are_the_chunks_at_their_times(
    taped: Callable[..., Tape], sequence: list[tuple[bytes, int]]
) -> None:
    """Whatever the bytes are: one write for each chunk, due when it came."""
    chunks = sorted((us, data) for data, us in sequence)
    plan = planned(taped(*chunks))
    assert [data for _, data in chunks] == [frame.data for frame in plan.frames]
    assert [us / 1_000_000 for us, _ in chunks] == list(plan.dues)
    assert (True, "complete") == (plan.apart, plan.ending)


@given(st.lists(st.integers(1, len(BODY) - 1), max_size=12, unique=True))
def test_events_are_found_however_the_chunks_are_cut(taped: Callable[..., Tape], cuts: list[int]) -> None:
    """Each is a frame of its own with its phase, due when its last byte came."""
    ends = [*sorted(cuts), len(BODY)]
    chunks = [(end, BODY[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
    plan = planned(taped(*chunks), by="event")
    assert [OPEN, TEXT, TEXT, FINISH, USAGE, DONE] == [frame.data for frame in plan.frames if frame.data]
    assert ["open", "text", "text", "finish", "usage", "done"] == [f.phase for f in plan.frames if f.data]
    wanted = [next(end for end in ends if end >= last) / 1_000_000 for last in accumulate(map(len, _events()))]
    assert wanted == [due for frame, due in zip(plan.frames, plan.dues, strict=True) if frame.data]
    assert not plan.apart


def _events() -> list[bytes]:
    return [OPEN, TEXT, TEXT, FINISH, USAGE, DONE]


@pytest.mark.parametrize("by", ["chunk", "event"])
@given(st.lists(st.integers(1, len(BODY) - 1), max_size=12, unique=True))
def test_tokens_are_as_many_as_the_provider_told(taped: Callable[..., Tape], by: str, cuts: list[int]) -> None:
    """Shared out by the length of the text, and never lost between chunks."""
    ends = [*sorted(cuts), len(BODY)]
    chunks = [(0, BODY[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
    plan = planned(taped(*chunks), by=by)  # type: ignore[arg-type]  # one of the two
    assert 6 == sum(frame.tokens for frame in plan.frames)
    assert (9, ("stop",)) == (plan.work and plan.work[:2])


def test_without_usage_an_event_is_a_token(taped: Callable[..., Tape]) -> None:
    """Of those that say something."""
    plan = planned(taped((0, OPEN + TEXT), (1, TEXT + DONE)), by="event")
    assert ([0, 1, 1, 0], None) == ([frame.tokens for frame in plan.frames], plan.work)


@pytest.mark.parametrize(("speed", "dues"), [(1, [0.5, 2.0]), (2, [0.25, 1.0]), (0.5, [1.0, 4.0]), (0, [0.0, 0.0])])
def test_speed_is_any_factor(taped: Callable[..., Tape], speed: float, dues: list[float]) -> None:
    """20 is twenty times faster; 0 is at once, the end too."""
    plan = planned(taped((500_000, b"a"), (2_000_000, b"b"), us=4_000_000), speed)
    assert (dues, 4.0 / speed if speed else 0.0) == (list(plan.dues), plan.end)


ENDINGS: list[tuple[Ended, str]] = [
    ("complete", "complete"), ("fin", "fin"), ("rst", "abort"), ("timeout", "hang"), ("cancelled", "hang"),
]  # fmt: skip


@pytest.mark.parametrize(("ended", "ending"), ENDINGS)
def test_it_ends_as_it_ended(taped: Callable[..., Tape], ended: Ended, ending: str) -> None:
    """After what was recorded nothing more is known of one that the caller left."""
    assert (ending, 3e-6) == (planned(taped((1, b"a"), ended=ended, us=3)).ending, planned(taped((3, b"a"))).end)


@pytest.mark.parametrize(("ended", "ending"), ENDINGS[1:])
def test_no_response_is_no_frame(taped: Callable[..., Tape], ended: Ended, ending: str) -> None:
    """A connection that was closed before its head."""
    plan = planned(taped(response=None, ended=ended, us=7))
    assert ((), ending, 7e-6) == (plan.frames, plan.ending, plan.end)


def test_a_head_that_came_earlier_goes_out_earlier(taped: Callable[..., Tape]) -> None:
    """A frame without bytes before the first chunk."""
    plan = planned(taped((900, b"data: x\n\n"), head=100))
    assert ((Frame("open", 0, b""), 1e-4), 9e-4) == ((plan.frames[0], plan.dues[0]), plan.dues[1])
    assert 1 == len(planned(taped((900, b"x"), head=900)).frames)


def test_an_answer_without_a_body_is_its_head(taped: Callable[..., Tape]) -> None:
    """There is always a frame to send it with."""
    for by in ("chunk", "event"):
        plan = planned(taped(headers={"content-length": "0"}, head=5, us=5), by=by)  # type: ignore[arg-type]  # one of the two
        assert ((Frame("body", 0, b""),), (5e-6,)) == (plan.frames, plan.dues)


def test_the_head_is_the_recorded_one(taped: Callable[..., Tape]) -> None:
    """But for what the edge decides by itself: how the body is delimited."""
    headers = {"content-type": "application/json", "x-request-id": "r", "transfer-encoding": "chunked", "trailer": "x"}
    plan = planned(taped((1, b"{}"), headers=headers, status=429))
    assert (429, ((b"content-type", b"application/json"), (b"x-request-id", b"r"))) == (plan.status, plan.headers)
    sized = planned(taped((1, b"{}"), headers={"content-length": "50"}, ended="fin"))
    assert ((b"content-length", b"50"),) == sized.headers


def test_a_plain_body_is_one_frame_for_faults(taped: Callable[..., Tape]) -> None:
    """As the models' own answers are; its tokens are told."""
    body = b'{"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":5}}'
    tape = taped((2, body[:9]), (8, body[9:]), headers={"content-type": "application/json"}, head=1)
    plan = planned(tape, by="event")
    assert ((Frame("body", 5, body),), (8e-6,), 5) == (plan.frames, plan.dues, told(tape).completion)
    assert [("body", 0), ("body", 0), ("body", 5)] == [(frame.phase, frame.tokens) for frame in planned(tape).frames]


def test_a_coded_stream_is_bytes(taped: Callable[..., Tape]) -> None:
    """Its events cannot be told apart."""
    headers = {"content-type": "text/event-stream", "content-encoding": "gzip"}
    assert ["body"] == [frame.phase for frame in planned(taped((1, b"\x1f\x8b"), headers=headers), by="event").frames]


RAW = ((b"content-type", b"text/event-stream"), (b"transfer-encoding", b"chunked"))


def test_trailers_are_written_after_the_last_chunk(taped: Callable[..., Tape]) -> None:
    """The chunks then stand as on the wire, for the edge writes no trailers."""
    plan = planned(taped((1, b"abc"), us=2, trailers={"x-request-id": "r"}))
    assert (RAW, b"3\r\nabc\r\n0\r\nx-request-id: r\r\n\r\n") == (plan.headers, _sent(plan.frames))
    assert (1e-6, 2e-6) == tuple(plan.dues)


def test_a_chunk_that_came_in_parts_goes_out_in_parts(taped: Callable[..., Tape]) -> None:
    """Its size stands before the first of them."""
    tape = _replaced(taped((1, b"")), Chunk(us=1, data="ab", more=3), Chunk(us=9, data="cde"), Chunk(us=9, data="f"))
    plan = planned(tape)
    assert [b"5\r\nab", b"cde\r\n", b"1\r\nf\r\n", b"0\r\n\r\n"] == [frame.data for frame in plan.frames]
    assert b"abcdef" == _sent(planned(tape, by="event").frames)


def test_a_chunk_that_was_cut_short_is_cut_short_again(taped: Callable[..., Tape]) -> None:
    """It promised more than came, and there is no last chunk."""
    tape = msgspec.structs.replace(_replaced(taped((1, b"")), Chunk(us=1, data="ab", more=98)), ended="rst")
    assert (b"64\r\nab", "abort") == (_sent(planned(tape).frames), planned(tape).ending)


def test_what_could_not_be_read_is_sent_again(taped: Callable[..., Tape]) -> None:
    """A wrong chunk size, or bytes after the end."""
    rest = (Chunk(us=4, data="zz\r\n"),)
    broken = taped((1, b"ab"), rest=rest, ended="fin", us=4)
    assert (b"2\r\nab\r\nzz\r\n", 4e-6) == (_sent(planned(broken).frames), planned(broken).dues[-1])
    longer = taped((1, b"ab"), rest=rest, headers={"content-length": "2"}, us=4)
    assert (b"abzz\r\n", ((b"content-length", b"2"),)) == (_sent(planned(longer).frames), planned(longer).headers)


@pytest.mark.parametrize("at", ["first_text", "before_finish", "before_usage", "before_done"])
def test_faults_find_their_phase(taped: Callable[..., Tape], at: str) -> None:
    """Also where a chunk holds several events."""
    plan = planned(taped((1, OPEN), (2, TEXT), (3, TEXT + FINISH + USAGE + DONE)), by="event")
    wanted = {"first_text": TEXT, "before_finish": FINISH, "before_usage": USAGE, "before_done": DONE}[at]
    assert wanted == plan.frames[place(plan.frames, at)].data


def _sent(frames: tuple[Frame, ...]) -> bytes:
    return b"".join(frame.data for frame in frames)


def _replaced(tape: Tape, *chunks: Chunk) -> Tape:
    assert tape.response is not None
    response = msgspec.structs.replace(tape.response, chunks=chunks, us=chunks[0].us)
    return msgspec.structs.replace(tape, response=response, us=chunks[-1].us)


def test_packed_chunks_are_the_same(taped: Callable[..., Tape]) -> None:
    """Bytes that are no text are sent as they came."""
    tape = _replaced(taped((1, b"")), Chunk(us=1, data=packed(b"\xff\xfe")))
    assert b"\xff\xfe" == _sent(planned(tape).frames)
