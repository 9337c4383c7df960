"""An engine makes the tokens of a live upstream: at the times of the same engine in virtual time, and not otherwise."""

import contextlib
import json
import socket
import sys
from collections.abc import Iterator
from itertools import accumulate, pairwise
from random import Random
from typing import Any

import h11
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.edge.reply import Request
from novastack_simulators.journal import Entry, Query
from novastack_simulators.plan import Ticket
from novastack_simulators.playback import EARLY
from novastack_simulators.profile import EngineTempo, Figure, load_profile
from novastack_simulators.server import running_in_thread
from novastack_simulators.setting import Clocks
from novastack_simulators.tempo.engine import Engine
from novastack_simulators.tempo.replay import Arrival, replay
from novastack_simulators.transport.agenda import Agenda, Virtual
from novastack_simulators.transport.line import Line

KEY = "sk-sim-self"
PROFILE = "qwen3-235b-a22b-vllm"
# Times are told to the microsecond.
MICRO = 2e-6


def paced(**figures: float) -> EngineTempo:
    """The profile's own engine with other figures."""
    tempo = load_profile(PROFILE).tempo
    assert isinstance(tempo, EngineTempo)
    changed = {name: Figure(value=value, source="test", sure="assumed") for name, value in figures.items()}
    return tempo.model_copy(update=changed)


def asked(text: str, tokens: int, **more: Any) -> Request:
    """A chat that is streamed, and answered with so many tokens."""
    body = {
        "model": "qwen3-235b-a22b",
        "messages": [{"role": "user", "content": text}],
        "max_tokens": tokens,
        "stream": True,
        "chat_template_kwargs": {"enable_thinking": False},
        **more,
    }
    headers = ((b"authorization", b"Bearer " + KEY.encode()), (b"content-type", b"application/json"))
    return Request(method="POST", path="/v1/chat/completions", headers=headers, body=json.dumps(body).encode())


class Lab:
    """An upstream on a wheel whose time the test moves."""

    def __init__(self, tempo: EngineTempo, speed: float = 1.0, **more: Any) -> None:
        self.tempo, self.speed = tempo, speed
        self.clock = Virtual()
        self.agenda = Agenda(self.clock)
        each = UpstreamConfig(name="self", profile=PROFILE, api_keys=(KEY,), tempo=tempo, **more)
        config = SimulatorsConfig(speed=speed, upstreams=(each,))
        self.upstream = composed(config, each, Clocks(self.agenda, self.clock.wall))

    def until(self, now: float) -> None:
        """All that is due until then."""
        self._play(now)
        self.clock.jump(now)

    def over(self) -> None:
        """All that is due, until nothing is."""
        self._play(sys.float_info.max)

    def _play(self, until: float) -> None:
        while self.agenda.next <= until:
            self.clock.jump(self.agenda.next)
            self.agenda.run()

    def ask(self, request: Request) -> Line:
        line = Line(request, self.clock.wall())
        self.upstream.handle(request, line.cycle)
        return line

    def planned(self, sequence: int) -> list[float]:
        """When each event of an answer was due, in seconds after its arrival."""
        found = self.upstream.times.report(sequence)
        assert found is not None
        times: list[float] = found["planned"]
        return times

    def ticket(self, request: Request) -> Ticket:
        ticket = self.upstream.explain(request).plan.ticket
        assert ticket is not None
        return ticket

    def due(self, request: Request, tokens: Any, arrived: float) -> list[float]:
        """When each event must be due if its tokens are made at these times."""
        frames = self.upstream.explain(request).plan.frames
        made = [max(1, count) for count in accumulate(frame.tokens for frame in frames)]
        return [(tokens[count - 1] - arrived) / self.speed for count in made]


def near(times: list[float]) -> Any:
    return pytest.approx(times, abs=MICRO)


STORY = "Once upon a time in a land of rivers and hills there lived a miller with three sons. " * 8
BURST = [
    (0.0, asked("Hello there", 40)),
    (0.0, asked("Tell me of the sea", 120)),
    (0.013, asked(STORY + "Who was first?", 30)),
    (0.05, asked(STORY + "Who was last?", 30, n=2)),
    (0.05, asked("And of the mountains", 1)),
    (2.5, asked("Much later", 25)),
]


@pytest.mark.parametrize("speed", [1.0, 20.0])
@pytest.mark.parametrize("figures", [{}, {"max_num_seqs": 2}, {"max_num_batched_tokens": 1024, "kv_blocks": 40}])
def test_a_live_upstream_plays_the_schedule_of_a_dry_run(figures: dict[str, float], speed: float) -> None:
    """The same arrivals have the same token times, speed times sooner, with room and without, cached and preempted."""
    lab = Lab(paced(**figures), speed)
    for at, request in BURST:
        lab.until(at / speed)
        lab.ask(request)
    lab.over()
    arrivals = [Arrival(at, lab.ticket(request)) for at, request in BURST]
    outcomes = replay(arrivals, lab.tempo, Random(0)).outcomes
    for number, ((at, request), outcome) in enumerate(zip(BURST, outcomes, strict=True), start=1):
        assert near(lab.due(request, outcome.tokens, at)) == lab.planned(number)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0, 0.5), max_size=8).map(sorted))
def test_looking_changes_nothing(looks: list[float]) -> None:
    """However often the gauges are read, the times stay."""
    lab, alone = Lab(paced(max_num_seqs=2)), Lab(paced(max_num_seqs=2))
    for each in (lab, alone):
        each.ask(asked("One", 30))
        each.ask(asked("Two", 20))
        each.ask(asked("Three", 10))
    for at in looks:
        lab.until(at)
        assert lab.upstream.load.gauges is not None
        lab.upstream.load.gauges()
    lab.over()
    alone.over()
    assert [alone.planned(number) for number in (1, 2, 3)] == [lab.planned(number) for number in (1, 2, 3)]


def test_a_plain_answer_comes_with_its_last_token() -> None:
    """It takes as long as the stream of the same words."""
    plain, streamed = Lab(paced()), Lab(paced())
    plain.ask(asked("Hello there", 40, stream=False))
    streamed.ask(asked("Hello there", 40))
    plain.over()
    streamed.over()
    assert [streamed.planned(1)[-1]] == plain.planned(1)


def test_the_first_token_is_later_the_more_wait_before_it() -> None:
    """One at a time: each next one begins where the one before ends."""
    lab = Lab(paced(max_num_seqs=1))
    for number in range(4):
        lab.ask(asked(f"Question {number}", 20))
    lab.over()
    first = [lab.planned(number)[0] for number in (1, 2, 3, 4)]
    last = [lab.planned(number)[-1] for number in (1, 2, 3, 4)]
    assert sorted(first) == first
    assert [True] * 3 == [begun > ended for begun, ended in zip(first[1:], last, strict=False)]


@pytest.mark.parametrize("speed", [1.0, 20.0])
def test_a_stall_is_real_seconds_on_top(speed: float) -> None:
    """What comes after the phase is two seconds later, whatever the speed."""
    lab, whole = Lab(paced(), speed, faults=[{"do": "stall", "for": 2, "at": {"after_tokens": 3}}]), Lab(paced(), speed)
    for each in (lab, whole):
        each.ask(asked("Hello there", 10))
        each.over()
    late = [found - wanted for found, wanted in zip(lab.planned(1), whole.planned(1), strict=True)]
    made = list(accumulate(frame.tokens for frame in whole.upstream.explain(asked("Hello there", 10)).plan.frames))
    begins = made.index(3) + 1
    assert near([0.0] * begins + [2.0] * (len(made) - begins)) == late


def test_slow_stretches_the_time_between_tokens() -> None:
    """From the phase on, three times: what an engine does in between is not known when the fault strikes."""
    lab, whole = Lab(paced(), faults=[{"do": "slow", "factor": 3, "at": {"after_tokens": 4}}]), Lab(paced())
    for each in (lab, whole):
        each.ask(asked("Hello there", 12))
        each.until(0.05)
        each.ask(asked(STORY, 30))
        each.over()
    alone = whole.planned(1)
    made = list(accumulate(frame.tokens for frame in whole.upstream.explain(asked("Hello there", 12)).plan.frames))
    begins = made.index(4) + 1
    anchor = alone[begins]
    slowed = [anchor + 3 * (due - anchor) for due in alone[begins:]]
    assert near([*alone[:begins], *slowed]) == lab.planned(1)


def test_a_client_that_leaves_frees_the_engine() -> None:
    """The next one goes on as if the engine had been told to drop the first."""
    lab, engine = Lab(paced(max_num_seqs=1)), Engine(paced(max_num_seqs=1))
    first, second = asked("Tell me a long story", 400), asked("Hello there", 20)
    dropped = engine.submit(0.0, lab.ticket(first))
    kept = engine.submit(0.1, lab.ticket(second))
    assert isinstance(dropped, int)
    assert isinstance(kept, int)
    engine.cancel(dropped, 0.7)
    engine.run(1e9)
    line = lab.ask(first)
    lab.until(0.1)
    lab.ask(second)
    lab.until(0.7)
    line.leave()
    lab.over()
    assert near(lab.due(second, engine.times(kept).tokens[0], 0.1)) == lab.planned(2)
    assert 0.7 < lab.planned(2)[0] + 0.1 < 1.0


@pytest.mark.parametrize(
    "fault", [{"do": "rst", "at": {"after_tokens": 5}}, {"do": "truncate", "at": {"after_tokens": 5}}]
)
def test_an_answer_that_breaks_off_frees_it_too(fault: dict[str, Any]) -> None:
    """Nobody waits for tokens that nobody will get."""
    lab = Lab(paced(max_num_seqs=1), faults=[{**fault, "when": {"first": 1}, "where": {"last_message": "Break off"}}])
    lab.ask(asked("Break off", 400))
    lab.ask(asked("Hello there", 5))
    lab.over()
    assert lab.planned(2)[0] < 1.0


def replied(line: Line) -> tuple[int, bytes]:
    """Status and body of an answer."""
    status, body = 0, b""
    while (event := line.take()) is not None:
        status = event.status_code if isinstance(event, h11.Response) else status
        body += bytes(event.data) if isinstance(event, h11.Data) else b""
    return status, body


@pytest.mark.parametrize("caps", [{"max_waiting_requests": 1}, {"max_waiting_tokens": 15}])
def test_a_full_queue_is_vllms_503(caps: dict[str, float]) -> None:
    """In its own shape and at once; nothing was begun, the quota has its room again, and later there is room."""
    lab = Lab(paced(max_num_seqs=1, **caps), quotas={"requests": 100, "output_tokens": 10_000})
    lab.ask(asked("The first", 100))
    lab.until(0.1)
    lab.ask(asked("The second", 100))
    status, body = replied(lab.ask(asked("The third", 100)))
    assert (503, 503) == (status, json.loads(body)["error"]["code"])
    truths = {truth.name: truth for truth in lab.upstream.scopes.whole.quotas.truth(lab.upstream.now())}
    assert (2, 200) == (truths["requests"].admitted, truths["output_tokens"].reserved)
    lab.over()
    last = lab.ask(asked("The third", 100))
    lab.over()
    assert 200 == replied(last)[0]
    assert [200, 200, 503, 200] == [entry.status for entry in entries(lab)]


def entries(lab: Lab) -> Iterator[Entry]:
    """All of the journal."""
    journal = lab.upstream.journal
    return (entry for number in journal.numbers(Query()) if (entry := journal.entry(number)) is not None)


def test_the_journal_has_an_engines_plan() -> None:
    """When the first and the last event were due, as the engine said, and when they went out."""
    lab = Lab(paced())
    lab.ask(asked("Hello there", 20))
    lab.over()
    (entry,), planned = entries(lab), lab.planned(1)
    wanted = [entry.arrived + planned[0], entry.arrived + planned[-1]]
    assert near(wanted) == [entry.planned_first_byte, entry.planned_end] == near([entry.first_byte, entry.last_byte])


def test_a_reset_empties_the_engine() -> None:
    """Its prefix cache and its counts too: after it the same request takes as long as the first time."""
    lab = Lab(paced())
    lab.ask(asked(STORY, 5))
    lab.over()
    first = lab.planned(1)
    lab.upstream.reset()
    assert lab.upstream.load.gauges is not None
    assert (0, 0) == (lab.upstream.load.gauges().queried, lab.upstream.load.gauges().hits)
    lab.ask(asked(STORY, 5))
    lab.over()
    assert near(first) == lab.planned(2)


def test_what_is_under_way_at_a_reset_ends_as_it_began() -> None:
    """Nobody is cut off."""
    lab, alone = Lab(paced()), Lab(paced())
    line = lab.ask(asked("Hello there", 20))
    alone.ask(asked("Hello there", 20))
    lab.until(0.1)
    lab.upstream.reset()
    lab.over()
    alone.over()
    assert near(alone.planned(1)) == lab.planned(1)
    assert 200 == replied(line)[0]


def figures(lab: Lab) -> dict[str, float]:
    """What vLLM's own page shows."""
    line = lab.ask(Request(method="GET", path="/metrics", headers=()))
    lab.until(lab.clock.time())
    families = text_string_to_metric_families(replied(line)[1].decode())
    shared = ("model_name", "engine")
    return {
        "|".join([sample.name, *(value for label, value in sample.labels.items() if label not in shared)]): sample.value
        for family in families
        for sample in family.samples
    }


def test_vllms_page_tells_of_the_engine() -> None:
    """What waits while one runs, what was found in the cache, and for how long each was queued."""
    lab = Lab(paced(max_num_seqs=1))
    for text in ("Who was first?", "Who was last?", "And between?"):
        lab.ask(asked(STORY + text, 30))
    lab.until(0.3)
    half = figures(lab)
    assert (1, 2, 2, 0) == (
        half["vllm:num_requests_running"],
        half["vllm:num_requests_waiting"],
        half["vllm:num_requests_waiting_by_reason|capacity"],
        half["vllm:num_requests_waiting_by_reason|deferred"],
    )
    assert 0 < half["vllm:kv_cache_usage_perc"] < 1
    lab.over()
    found = figures(lab)
    assert (0, 0, 0.0) == (
        found["vllm:num_requests_running"],
        found["vllm:num_requests_waiting"],
        found["vllm:kv_cache_usage_perc"],
    )
    prompts = lab.ticket(asked(STORY + "Who was first?", 30)).prompt_tokens
    assert prompts * 2 < found["vllm:prefix_cache_queries_total"] < prompts * 4
    assert prompts < found["vllm:prefix_cache_hits_total"] < prompts * 2
    assert found["vllm:prefix_cache_hits_total"] == found["vllm:prompt_tokens_cached_total"]
    waited = [lab.planned(number)[-1] for number in (1, 2)]
    assert found["vllm:request_queue_time_seconds_sum"] == pytest.approx(sum(waited), rel=0.02)


def test_vllms_page_tells_of_preemptions() -> None:
    """Two answers that do not fit in the cache together."""
    first, second = asked("Tell me a long story", 200), asked("Tell me a longer one", 200)
    prompt, (output,), _ = Lab(paced()).ticket(first)
    lab = Lab(paced(kv_blocks=(prompt + output) // 16 + 3))
    lab.ask(first)
    lab.ask(second)
    lab.over()
    assert 1 <= figures(lab)["vllm:num_preemptions_total"]


# On a real socket


@pytest.fixture(scope="module")
def busy() -> Iterator[httpx.Client]:
    """One request at a time, five in the queue, and four times slower than the profile."""
    tempo = paced(max_num_seqs=1, max_waiting_requests=5)
    each = UpstreamConfig(name="self", profile=PROFILE, api_keys=(KEY,), tempo=tempo)
    with running_in_thread(SimulatorsConfig(speed=0.25, grace=0.1, upstreams=(each,))) as (endpoint,):
        origin = endpoint.control_url.removesuffix("/_sim")
        with httpx.Client(base_url=origin, timeout=20) as http:
            yield http


@contextlib.contextmanager
def begun(http: httpx.Client, *requests: Request) -> Iterator[list[socket.socket]]:
    """Requests that were sent one after the other, each on a socket of its own; all have arrived."""
    known = http.get("/_sim/journal/count").json()["count"]
    with contextlib.ExitStack() as held:
        place = (http.base_url.host, http.base_url.port)
        sockets = [held.enter_context(socket.create_connection(place, timeout=20)) for _ in requests]
        for each, request in zip(sockets, requests, strict=True):
            lines = [b"%b: %b\r\n" % header for header in request.headers]
            head = b"POST %b HTTP/1.1\r\nhost: it\r\n%bcontent-length: %d\r\n\r\n"
            each.sendall(head % (request.path.encode(), b"".join(lines), len(request.body)) + request.body)
        http.get("/_sim/journal/wait", params={"count": known + len(requests)}).raise_for_status()
        yield sockets


def test_the_first_token_is_later_under_load_on_the_wire(busy: httpx.Client) -> None:
    """Each next one waits for those before it; no event was early, and the journal says the same."""
    busy.post("/_sim/reset").raise_for_status()
    requests = [asked(f"Question {number}", 5) for number in range(4)]
    with begun(busy, *requests):
        busy.get("/_sim/journal/wait", params={"count": 4, "ended": True, "timeout": 20}).raise_for_status()
    journal = busy.get("/_sim/journal").json()["entries"]
    times = [busy.get(f"/_sim/journal/{entry['sequence']}/times").json() for entry in journal]
    first = [each["planned"][0] for each in times]
    alone = Lab(paced(), 0.25)
    alone.ask(requests[0])
    alone.over()
    assert [True] * 3 == [late > earlier for earlier, late in pairwise(first)]
    assert alone.planned(1)[0] <= first[0]
    assert alone.planned(1)[-1] < first[-1]
    early = [due - at for each in times for due, at in zip(each["planned"], each["actual"], strict=True)]
    assert max(early) <= EARLY
    assert [True] * 4 == [entry["first_byte"] >= entry["planned_first_byte"] - EARLY for entry in journal]


def test_a_full_queue_on_the_wire(busy: httpx.Client) -> None:
    """The seventh is told vLLM's 503; when the others have left there is room at once."""
    busy.post("/_sim/reset").raise_for_status()
    requests = [asked(f"Tell me a long story of {number}", 300) for number in range(6)]
    path, more = requests[0].path, {"headers": list(requests[0].headers)}
    with begun(busy, requests[0]) as (first,):
        # It is no longer in the queue when it says something.
        first.recv(1)
        with begun(busy, *requests[1:]):
            refused = busy.post(path, content=asked("One too many", 5).body, **more)
    assert (503, 503) == (refused.status_code, refused.json()["error"]["code"])
    busy.get("/_sim/journal/wait", params={"count": 6, "cancelled": True}).raise_for_status()
    assert 200 == busy.post(path, content=asked("Now there is room", 2).body, **more).status_code
