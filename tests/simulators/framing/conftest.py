"""An event-stream reader written from the standard's text alone, and what the dialects really stream."""

import codecs
import functools
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

import pytest

from novastack_simulators.dialects import DIALECTS
from novastack_simulators.dialects.dialect import Answer, Letter
from novastack_simulators.generation import Call, Choice, Generation
from novastack_simulators.plan import Frame, Plan
from novastack_simulators.profile import load_profile

HEAD = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))
TEXTS = (
    "Zażółć",
    " “gęślą”",
    "\u2028jaźń\u2029",
    "\u0085 \"quoted\" \\ 'and' {",
    "漢字かな",
    " 👩‍👩‍👧 ",
    "data: x\n\nevent: y\r",
    "\x0b\x0c\x1c",
)


class Event(NamedTuple):
    """One dispatched event."""

    type: str
    data: str


class Browser:
    """WHATWG HTML, 9.2.6, one code point after another: what an EventSource would dispatch."""

    def __init__(self) -> None:
        # "decoding as UTF-8": the algorithm strips one leading byte order mark and replaces what is not UTF-8.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._line = ""
        self._carriage = False
        self._data = ""
        self._type = ""
        self.last_id = ""
        self.reconnect: int | None = None
        self.events: list[Event] = []

    def feed(self, data: bytes) -> None:
        for point in self._decoder.decode(data):
            if self._carriage and point == "\n":
                self._carriage = False  # CRLF is one end of a line
                continue
            self._carriage = point == "\r"
            if point in "\r\n":
                self._process(self._line)
                self._line = ""
            else:
                self._line += point

    def _process(self, line: str) -> None:
        if line == "":
            self._dispatch()
        elif line[0] == ":":
            pass
        elif ":" in line:
            field, value = line[: line.index(":")], line[line.index(":") + 1 :]
            self._field(field, value[1:] if value[:1] == " " else value)
        else:
            self._field(line, "")

    def _field(self, field: str, value: str) -> None:
        if field == "event":
            self._type = value
        elif field == "data":
            self._data += value + "\n"
        elif field == "id":
            self.last_id = self.last_id if "\0" in value else value
        elif field == "retry" and value and all("0" <= digit <= "9" for digit in value):
            self.reconnect = int(value)

    def _dispatch(self) -> None:
        if self._data != "":
            self.events.append(Event(self._type or "message", self._data[:-1]))
        self._data = self._type = ""


def read(*pieces: bytes) -> list[Event]:
    browser = Browser()
    for piece in pieces:
        browser.feed(piece)
    return browser.events


BODIES: dict[str, dict[str, Any]] = {
    "claude-opus-4-7": {"max_tokens": 2000, "thinking": {"type": "adaptive", "display": "summarized"}},
    "deepseek-v4-pro": {"stream_options": {"include_usage": True}},
    "openai-generic": {"stream_options": {"include_usage": True}},
    "qwen3-235b-a22b": {"stream_options": {"include_usage": True}},
    "qwen3-235b-a22b-vllm": {"stream_options": {"include_usage": True}},
}
SAID = (
    Choice(reasoning=TEXTS, text=TEXTS),
    Choice(text=("ok",), calls=(Call(name="one", arguments=('{"a":', ' "' + TEXTS[1] + '"}')),), finish="tool_calls"),
)


def _answers(profile: str, path: str) -> Iterator[tuple[Answer, Letter]]:
    figures = load_profile(profile)
    dialect = DIALECTS[figures.dialect].fitted(figures)
    answer = dialect.chat if not path else dialect.resources[path].serves
    assert isinstance(answer, Answer)
    asked = (
        {"input": "hi"} if "responses" in path else {"messages": [{"role": "user", "content": "hi"}], **BODIES[profile]}
    )
    body = json.dumps({"model": figures.models[0], "stream": True, **asked}).encode()
    prompt = answer.decode(body, {"anthropic-version": "2023-06-01", "content-type": "application/json"}, figures)
    for choice in SAID:
        generation = Generation(choices=(choice,), prompt_tokens=9)
        yield (
            answer,
            Letter(
                prompt=prompt, generation=generation, profile=figures, stamp=bytes(range(32)), created=1_795_392_000
            ),
        )


@functools.cache
def _streams() -> dict[str, Plan]:
    """A plan for each dialect, for what each of them streams; one event is due after another."""
    found = {}
    for profile, path in (*itertools.product(BODIES, ("",)), ("openai-generic", "/v1/responses")):
        for index, (answer, letter) in enumerate(_answers(profile, path)):
            frames = answer.stream(letter)
            dues = tuple(0.5 + number / 10 for number in range(len(frames)))
            found[f"{profile}{path} {index}"] = Plan(status=200, headers=HEAD, frames=frames, dues=dues)
    return found


@functools.cache
def _bodies() -> dict[str, Plan]:
    """The same answers, not streamed."""
    found = {}
    for profile, path in (*itertools.product(BODIES, ("",)), ("openai-generic", "/v1/responses")):
        for index, (answer, letter) in enumerate(_answers(profile, path)):
            body = answer.plain(letter)
            head = ((b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
            found[f"{profile}{path} {index}"] = Plan(
                status=200, headers=head, frames=(Frame("body", 7, body),), dues=(2.0,)
            )
    return found


def sent(plan: Plan) -> bytes:
    """What a client sees of the body, decoded as its head says."""
    whole = b"".join(frame.data for frame in plan.frames)
    coded = (b"content-encoding", b"gzip") in plan.headers
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(whole) if coded else whole


@pytest.fixture(scope="session")
def seen() -> Callable[[Plan], bytes]:
    return sent


@pytest.fixture(scope="session")
def streams() -> dict[str, Plan]:
    return _streams()


@pytest.fixture(scope="session")
def bodies() -> dict[str, Plan]:
    return _bodies()


@pytest.fixture(scope="session")
def browser() -> Callable[..., list[Event]]:
    return read


@pytest.fixture(scope="session")
def plan() -> Callable[..., Plan]:
    """A streamed plan of these frames' bytes, one token each, due one after another."""

    def made(*data: bytes, **more: Any) -> Plan:
        frames = tuple(Frame("text", 1, each) for each in data)
        dues = tuple(float(index + 1) for index in range(len(frames)))
        return Plan(**{"status": 200, "headers": HEAD, "frames": frames, "dues": dues, **more})

    return made


@pytest.fixture(scope="session")
def sliced() -> Callable[[bytes, Random], Sequence[bytes]]:
    """The bytes in pieces as a network may bring them."""

    def cut(data: bytes, rng: Random) -> Sequence[bytes]:
        places = sorted(rng.sample(range(len(data) + 1), min(len(data), rng.choice((0, 1, 5, 40)))))
        return [data[start:end] for start, end in itertools.pairwise((0, *places, len(data)))]

    return cut
