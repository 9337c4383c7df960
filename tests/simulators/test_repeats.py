"""A repeated request goes a short way, and nobody but a clock can tell."""

import json
import math
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.edge.reply import Request
from novastack_simulators.faults.status import Status
from novastack_simulators.framing import FRAMINGS
from novastack_simulators.journal import Query, told
from novastack_simulators.quotas import Terms
from novastack_simulators.quotas.limit import Limit
from novastack_simulators.repeats import CAPACITY, LONGEST
from novastack_simulators.setting import Clocks
from novastack_simulators.stubs import Stub
from novastack_simulators.transport.agenda import Agenda, Virtual
from novastack_simulators.transport.line import Line
from novastack_simulators.upstream import Upstream

KEY = "sk-sim"
DAY = 86_400
INSTANT = {"kind": "constant", "value": 0, "source": "chosen for the test", "sure": "assumed"}
TEMPO = {"first_token": INSTANT, "token_gap": INSTANT}
FAULTS = [
    {"do": "status", "status": 503, "when": {"nth": 3}},
    {"do": "wrong_id", "when": {"probability": 0.2}, "where": {"model": "gpt-4o"}},
    {"do": "rst", "when": {"between": [5, 8]}},
]
QUOTAS = {"requests": 12, "tokens": 2000, "concurrency": 5}


def request(text: str = "Hello", *, model: str = "gpt-4o", **headers: str) -> Request:
    body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 20}
    fields = {"authorization": f"Bearer {KEY}", "content-type": "application/json", **headers}
    pairs = tuple((name.encode(), value.encode()) for name, value in fields.items())
    return Request(method="POST", path="/v1/chat/completions", headers=pairs, body=json.dumps(body).encode())


class Lab:
    """An upstream whose answers are due at once, on a clock that the test moves."""

    def __init__(self, *, created: Any = 1, profile: str = "openai-generic", **more: Any) -> None:
        self.clock = Virtual()
        self.clock._began = 1_800_000_000.0
        self.agenda = Agenda(self.clock)
        each = UpstreamConfig.model_validate(
            {"name": "u", "profile": profile, "api_keys": [KEY], "tempo": TEMPO, **more}
        )
        config = SimulatorsConfig(upstreams=(each,), created=created)
        self.upstream: Upstream = composed(config, each, Clocks(self.agenda, self.clock.wall))

    def ask(self, asked: Request) -> list[Any]:
        """What the client sees, event by event."""
        line = self.line(asked)
        self.upstream.handle(asked, line.cycle)
        while self.agenda.next < math.inf:
            self.clock.jump(self.agenda.next)
            self.agenda.run()
        return seen(line)

    def twice(self, asked: Request) -> None:
        for _ in range(2):
            self.ask(asked)

    def line(self, asked: Request) -> Line:
        return Line(asked, self.clock.wall())

    def short(self, asked: Request) -> bool:
        """Whether it goes the short way."""
        return self.upstream._repeats.answer(asked, self.line(asked).cycle)

    def known(self) -> tuple[Any, ...]:
        """All that is kept of what was answered."""
        up = self.upstream
        entries = [up.journal.entry(number) for number in up.journal.numbers(Query())]
        rows = [(key, msgspec.structs.astuple(row)) for key, row in up.metrics.rows.items()]
        times = [up.times.report(number) for number in up.journal.numbers(Query())]
        truths = [astuple(truth) for truth in up.scopes.whole.quotas.truth(self.clock.wall())]
        return (
            [told(entry) for entry in entries if entry],
            rows,
            up.metrics.in_flight,
            times,
            truths,
            up.lateness.report(1),
        )


def seen(line: Line) -> list[Any]:
    events: list[Any] = []
    try:
        while (event := line.take()) is not None:
            events.append(event if isinstance(event, str) else repr(event))
    except Exception as error:  # noqa: BLE001 - how a connection breaks off is part of what is compared
        events.append(repr(error))
    return events


ASKED = st.tuples(st.sampled_from(["Hello", "Where?"]), st.sampled_from([{}, {"x-request-id": "r-1"}]), st.floats(0, 4))


@settings(max_examples=40, deadline=None)
@given(st.lists(ASKED, max_size=25))
def test_nobody_can_tell(asked: list[tuple[str, dict[str, str], float]]) -> None:
    """Bytes, journal, quotas, metrics and times are those of an upstream that takes the long way: it is watched."""
    short, long = (Lab(faults=FAULTS, quotas=QUOTAS) for _ in range(2))
    long.upstream.journal.watch(Query(), lambda _: None)
    for text, headers, pause in asked:
        for lab in (short, long):
            lab.clock.jump(lab.clock.time() + pause)
        assert long.ask(request(text, **headers)) == short.ask(request(text, **headers))
    assert long.known() == short.known()


def test_the_third_goes_the_short_way() -> None:
    """And every one after it; the second says that there may be more."""
    lab = Lab()
    lab.ask(request())
    assert not lab.short(request())
    lab.ask(request())
    assert [True, True, False] == [lab.short(request()), lab.short(request()), lab.short(request("Another"))]


def test_who_numbers_its_requests_is_not_remembered() -> None:
    """The next one has another head."""
    lab = Lab()
    for number in range(3):
        lab.ask(request(**{"x-request-id": str(number)}))
    assert not lab.upstream._repeats._known


def armed(lab: Lab) -> None:
    lab.upstream.scopes.whole.arm([Status(do="status", status=503)], 0.0)


def seeded(lab: Lab) -> None:
    lab.upstream.scopes.whole.seed = 7


def stocked(lab: Lab) -> None:
    stub = {"name": "hi", "priority": 1, "match": {}, "reply": {"text": "hi"}}
    lab.upstream.scopes.whole.stock([Stub.model_validate(stub)])


def framed(lab: Lab) -> None:
    lab.upstream.scopes.whole.framing = FRAMINGS["one-byte"]


def limited(lab: Lab) -> None:
    lab.upstream.scopes.whole.limit(Terms(limits=(Limit("requests", 1, True, 60),)))


def watched(lab: Lab) -> None:
    lab.upstream.journal.watch(Query(), lambda _: None)


def tomorrow(lab: Lab) -> None:
    lab.clock.jump(lab.clock.time() + DAY)


def otherwise(lab: Lab) -> None:
    lab.upstream.set_up(lab.upstream.setting._replace(speed=2.0))


@pytest.mark.parametrize("change", [armed, seeded, stocked, framed, limited, watched, tomorrow, otherwise])
def test_what_is_not_as_it_was_goes_the_long_way(change: Callable[[Lab], None]) -> None:
    """And before it does, nothing has happened: the next attempt is the third."""
    lab = Lab(created="today")
    lab.twice(request())
    change(lab)
    before = lab.known()
    assert not lab.short(request())
    assert before == lab.known()
    lab.ask(request())
    assert 3 == lab.known()[0][-1]["attempt"]


def test_a_slow_reader_is_waited_for() -> None:
    """That is for the long way to do."""
    lab = Lab()
    lab.twice(request())
    line = lab.line(request())
    line.cycle.pause()
    assert not lab.upstream._repeats.answer(request(), line.cycle)


def test_who_has_no_room_is_refused_by_the_long_way() -> None:
    """The request is offered once, and denied once."""
    lab = Lab(quotas={"requests": 3})
    assert ["200", "200", "200", "429"] == [lab.ask(request())[0].split("status_code=")[1][:3] for _ in range(4)]
    (truth,) = (each for each in lab.upstream.scopes.whole.quotas.truth(lab.clock.wall()) if each.name == "requests")
    assert (4, 3, 1) == (truth.offered, truth.admitted, truth.denied)


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ({"tempo": None}, {}),
        ({"stubs": [{"name": "hi", "priority": 1, "match": {}, "reply": {"text": "hi"}}]}, {}),
        ({"framing": "one-byte"}, {}),
        ({}, {"x-sim-attempt": "4"}),
        ({}, {"x-sim-expect-upstream": "u"}),
        ({"profile": "qwen3-235b-a22b-vllm"}, {"model": "qwen3-235b-a22b"}),
        ({"profile": "deepseek-v4-pro"}, {"model": "deepseek-v4-pro"}),
    ],
)
def test_what_may_differ_is_not_remembered(more: dict[str, Any], headers: dict[str, str]) -> None:
    """It takes its time, has a turn of its own, is measured or cached."""
    lab = Lab(**more)
    lab.ask(request(**headers))
    assert "200" in lab.ask(request(**headers))[0]
    assert not lab.upstream._repeats._known


def test_what_is_long_is_not_remembered() -> None:
    """Memory is bounded by the number of requests, so each of them is."""
    lab = Lab()
    lab.twice(request("a" * LONGEST))
    assert not lab.upstream._repeats._known


def test_the_oldest_is_forgotten_first() -> None:
    """Of too many."""
    lab = Lab()
    for number in range(CAPACITY + 1):
        lab.twice(request(f"Number {number}"))
    assert [False, True] == [lab.short(request("Number 0")), lab.short(request("Number 1"))]
    assert CAPACITY == len(lab.upstream._repeats._known)
