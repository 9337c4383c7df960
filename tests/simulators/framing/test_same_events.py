"""Every legal framing carries the same events: three readers agree, and framings broken on purpose are found out."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from random import Random
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_contracts.sse import Reader
from novastack_gateway.sse import Events
from novastack_simulators.framing import FRAMINGS, Framing, data, framed, named
from novastack_simulators.plan import Frame, Plan

Heard = list[tuple[str, str]]


# The framings, and the events to send under them


@st.composite
def framings(draw: st.DrawFn) -> Framing:
    """Any legal framing: all settings at once."""
    number = st.integers(1, 12)
    counted = st.one_of(*(number.map(lambda n, word=word: {word: n}) for word in ("bytes", "events", "random")))
    write = draw(st.sampled_from(["event", "inside_utf8"]) | counted)
    whole = write == "event" or "events" in write
    gzip = st.just(False) if write == "inside_utf8" else st.sampled_from([False, True, "always"])
    comment = st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=8)
    comments = st.fixed_dictionaries({"text": comment, "every": st.integers(1, 3), "newlines": st.sampled_from([1, 2])})
    return Framing(
        write=write,
        pause=0 if whole else draw(st.sampled_from([0, 0.5, 30])),
        line_end=draw(st.sampled_from(["lf", "crlf", "cr"])),
        space=draw(st.booleans()),
        data_lines=draw(st.sampled_from([1, 1, 2, 3, 1000])),
        comments=draw(st.none() | comments),
        blank_lines=draw(st.integers(0, 3)),
        bom=draw(st.booleans()),
        id=draw(st.booleans()),
        retry=draw(st.none() | st.integers(0, 9999)),
        gzip=draw(gzip),
    )


NASTY = st.sampled_from(["\u2028", "\u0085", "😀", "漢字", '"', "\\", "\r", "\n", "\x1c", "\ufeff", ": ", "data:", ","])
TEXT = st.lists(NASTY | st.text(max_size=3), max_size=5).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PAYLOAD = JSON.map(lambda value: json.dumps(value, ensure_ascii=False).encode()) | st.just(b"[DONE]")
EVENT = PAYLOAD.map(data) | st.builds(named, st.sampled_from(["ping", "message_start", "error"]), PAYLOAD)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Generated events as a dialect writes them; sometimes a fault has cut them elsewhere than between events."""
    whole = b"".join(draw(st.lists(EVENT, min_size=1, max_size=6)))
    places = sorted(draw(st.sets(st.integers(1, len(whole) - 1), max_size=4)))
    cut = [whole[start:end] for start, end in pairwise((0, *places, len(whole)))]
    frames = tuple(Frame("text", draw(st.integers(0, 3)), each) for each in cut)
    gaps = draw(st.lists(st.sampled_from([0.0, 0.01, 1.0]), min_size=len(frames), max_size=len(frames)))
    ending = draw(st.sampled_from(["complete", "fin", "abort", "hang"]))
    return Plan(status=200, headers=(), frames=frames, dues=tuple(accumulate(gaps)), ending=ending)


# The readers


def whole(data: bytes) -> Sequence[bytes]:
    """The bytes as they are."""
    return [data]


def by_the_judge(pieces: Sequence[bytes]) -> Heard:
    """The contracts' own reader."""
    reader = Reader()
    events = [event for piece in pieces for event in reader.feed(piece)] + reader.close()[0]
    return [(event.name.decode() or "message", event.data.decode()) for event in events]


def by_the_gateway(pieces: Sequence[bytes]) -> Heard:
    """The gateway's own reader; it hands on comments too, as events without data."""
    reader = Events()
    events = [event for piece in pieces for event in reader.feed(piece)]
    return [(event.name.decode() or "message", event.data.decode()) for event in events if event.data]


def meant(events: Sequence[tuple[str, str]], framing: Framing) -> list[tuple[str, Any]]:
    """Byte for byte; with several data lines the payloads are the same JSON."""
    if framing.data_lines == 1:
        return [tuple(event) for event in events]
    return [(name, text if text == "[DONE]" else json.dumps(json.loads(text))) for name, text in events]


# What every framing keeps


class Judge:
    """The three readers; `keeps` is the judgement over a plan and what a framing made of it."""

    def __init__(self, browser: Callable[..., Heard], seen: Callable[[Plan], bytes]) -> None:
        self._browser = browser
        self._seen = seen

    def keeps(self, plan: Plan, after: Plan, framing: Framing, cut: Callable[[bytes], Sequence[bytes]] = whole) -> None:
        """The events for three readers, however the bytes arrive; the times; the tokens; the ending."""
        expected = meant(self._browser(self._seen(plan)), framing)
        pieces = cut(self._seen(after))
        for heard in (self._browser(*pieces), by_the_judge(pieces), by_the_gateway(pieces)):
            assert expected == meant(heard, framing)
        assert list(after.dues) == sorted(after.dues)
        assert len(after.dues) == len(after.frames)
        assert _tokens(plan) == _tokens(after)
        assert (plan.status, plan.ending) == (after.status, after.ending)
        assert after.apart == (framing.write != "event")


def _tokens(plan: Plan) -> int:
    return sum(frame.tokens for frame in plan.frames)


@pytest.fixture(scope="session")
def judge(browser: Any, seen: Any) -> Judge:
    return Judge(browser, seen)


@given(plan=plans(), framing=framings(), accepts=st.sampled_from(["", "gzip"]), seed=st.integers())
def test_generated_events_are_the_same(
    plan: Plan, framing: Framing, accepts: str, seed: int, judge: Judge, sliced: Any
) -> None:
    """Any events under any framing, cut by the network at any place, also where a fault had cut them before."""
    rng = Random(seed)
    after = framed(plan, framing, rng, accepts)
    judge.keeps(plan, after, framing, lambda whole: sliced(whole, rng))
    coded = (b"content-encoding", b"gzip") in after.headers
    assert coded == (framing.gzip == "always" or (framing.gzip is True and accepts == "gzip"))


@given(framing=framings(), seed=st.integers(), number=st.integers(0, 11))
def test_real_answers_are_the_same(
    framing: Framing, seed: int, number: int, streams: Mapping[str, Plan], judge: Judge, sliced: Any
) -> None:
    """What the five dialects stream, under any framing."""
    plan, rng = list(streams.values())[number], Random(seed)
    judge.keeps(plan, framed(plan, framing, rng, "gzip"), framing, lambda whole: sliced(whole, rng))


@pytest.mark.parametrize("name", FRAMINGS)
def test_every_preset_carries_every_dialect(name: str, streams: Mapping[str, Plan], judge: Judge) -> None:
    """Each preset over each dialect, read whole and byte by byte; the frames are others than before."""
    framing = FRAMINGS[name]
    for plan in streams.values():
        after = framed(plan, framing, Random(1), "gzip")
        assert after.frames != plan.frames
        judge.keeps(plan, after, framing)
        judge.keeps(plan, after, framing, lambda whole: [whole[n : n + 1] for n in range(len(whole))])


# The judge is judged: each of these breaks a stream in a way that a careless framing would


class Defect:
    """Writes the whole stream with one place replaced."""

    def __init__(self, old: str, new: str | bytes) -> None:
        self._old = old.encode()
        self._new = new if isinstance(new, bytes) else new.encode()

    def __call__(self, plan: Plan) -> Plan:
        sent = b"".join(frame.data for frame in plan.frames)
        assert self._old in sent
        frame = Frame("text", _tokens(plan), sent.replace(self._old, self._new, 1))
        return msgspec.structs.replace(plan, frames=(frame,), dues=(1.0,))


def _changed(**fields: Any) -> Callable[[Plan], Plan]:
    return lambda plan: msgspec.structs.replace(plan, **{name: new(plan) for name, new in fields.items()})


BROKEN: Final[Mapping[str, Callable[[Plan], Plan]]] = {
    "an event without its blank line": Defect("\n\ndata", "\ndata"),
    "a field without its colon": Defect("data: ", "data "),
    "a space before the colon": Defect("data: ", "data : "),
    "two spaces after the colon": Defect("data: ", "data:  "),
    "a mark inside the stream": Defect("\n\ndata", "\n\n\ufeffdata"),
    "a comment that is none": Defect("\n\n", "\n\nping\ndata: {}\n\n"),
    "a line broken at U+2028": Defect("\u2028", "\n"),
    "a line broken inside a string": Defect('"content":"', '"content":"\ndata: '),
    "[DONE] in two lines": Defect("data: [DONE]", "data: [\ndata: DONE]"),
    "an event sent twice": Defect("data: [DONE]\n\n", "data: [DONE]\n\ndata: [DONE]\n\n"),
    "a part of a wide character lost": Defect("漢", b"\xe6\xbc"),
    "the last line end lost": Defect("[DONE]\n\n", "[DONE]\n"),
    "dues in disorder": _changed(dues=lambda plan: tuple(reversed(plan.dues))),
    "a due too many": _changed(dues=lambda plan: (*plan.dues, 99.0)),
    "tokens lost": _changed(frames=lambda plan: tuple(frame._replace(tokens=0) for frame in plan.frames)),
    "another ending": _changed(ending=lambda _: "fin"),
    "writes that may be joined": _changed(apart=lambda plan: not plan.apart),
}
# With several data lines white space before the JSON is allowed.
LENIENT: Final = ("two spaces after the colon",)


@pytest.mark.parametrize(
    ("defect", "lines"), [(defect, n) for n in (1, 2) for defect in BROKEN if n == 1 or defect not in LENIENT]
)
def test_a_broken_framing_is_found_out(defect: str, lines: int, streams: Mapping[str, Plan], judge: Judge) -> None:
    """Sound before it was broken, and refused after."""
    plan, framing = streams["deepseek-v4-pro 0"], Framing(blank_lines=1, data_lines=lines)
    after = framed(plan, framing, Random(1))
    judge.keeps(plan, after, framing)
    with pytest.raises((AssertionError, ValueError)):
        judge.keeps(plan, BROKEN[defect](after), framing)
