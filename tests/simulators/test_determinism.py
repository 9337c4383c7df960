"""What an answer depends on, and what it does not: docs/scopes.md, "What depends on what", line by line."""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.edge.reply import Request
from novastack_simulators.journal import Query
from novastack_simulators.setting import Clocks
from novastack_simulators.transport.agenda import Agenda, Virtual
from novastack_simulators.transport.line import Line
from novastack_simulators.upstream import Upstream

MODELS = {
    "openai-generic": "openai-generic",
    "deepseek-v4-pro": "deepseek-v4-pro",
    "qwen3-235b-a22b": "qwen3-235b-a22b",
    "qwen3-235b-a22b-vllm": "qwen3-235b-a22b",
    "claude-opus-4-7": "claude-opus-4-7",
}
KEY = "sk-sim"


def request(profile: str, text: str, *, headers: dict[str, str] | None = None, **more: Any) -> Request:
    """A chat that every wire takes."""
    thinking = {"enable_thinking": False} if profile == "qwen3-235b-a22b" else {}
    message = {"role": "user", "content": text}
    body = {"model": MODELS[profile], "messages": [message], "max_tokens": 60, **thinking, **more}
    path = "/v1/messages" if profile == "claude-opus-4-7" else "/v1/chat/completions"
    usual = {"authorization": f"Bearer {KEY}", "anthropic-version": "2023-06-01", "content-type": "application/json"}
    fields = {**usual, **(headers or {})}
    pairs = tuple((name.encode(), value.encode()) for name, value in fields.items())
    return Request(method="POST", path=path, headers=pairs, body=json.dumps(body).encode())


class Lab:
    """An upstream on a wheel whose time the test moves."""

    def __init__(self, profile: str = "deepseek-v4-pro", **more: Any) -> None:
        self.clock = Virtual()
        self.agenda = Agenda(self.clock)
        shared = {name: more.pop(name) for name in ("created", "seed") if name in more}
        each = UpstreamConfig(name="u", profile=profile, api_keys=(KEY,), **more)
        config = SimulatorsConfig(upstreams=(each,), **shared)
        self.upstream: Upstream = composed(config, each, Clocks(self.agenda, self.clock.wall))

    def until(self, now: float) -> None:
        while self.agenda.next <= now:
            self.clock.jump(self.agenda.next)
            self.agenda.run()
        self.clock.jump(now)

    def ask(self, asked: Request) -> Line:
        line = Line(asked, self.clock.wall())
        self.upstream.handle(asked, line.cycle)
        return line

    def all(self, asked: Sequence[Request], gap: float = 0.0) -> list[tuple[Any, ...]]:
        """What becomes of requests that come one after the other: fault, status, planned times and bytes of each."""
        lines = []
        for each in asked:
            lines.append(self.ask(each))
            self.until(self.clock.time() + gap)
        self.until(self.clock.time() + 1e4)
        numbers = list(self.upstream.journal.numbers(Query()))[-len(asked) :]
        return [self._became(number, line) for number, line in zip(numbers, lines, strict=True)]

    def _became(self, number: int, line: Line) -> tuple[Any, ...]:
        entry, times = self.upstream.journal.entry(number), self.upstream.times.report(number)
        assert entry is not None
        return entry.fault, entry.status, entry.attempt, tuple(times["planned"]) if times else (), read(line)


def read(line: Line) -> bytes:
    """The body; where it breaks off, what came before."""
    body = b""
    try:
        while (event := line.take()) is not None:
            body += bytes(getattr(event, "data", b""))
    except Exception as error:  # noqa: BLE001 - how a connection breaks off is part of what is compared
        return body + repr(error).encode()
    return body


FAULTS = [
    {"do": "status", "status": 503, "when": {"probability": 0.3}},
    {"do": "rst", "at": {"after_tokens": 3}, "when": {"nth": 2}},
    {"do": "slow", "factor": 3, "when": {"every": 3}},
]


@pytest.mark.parametrize("profile", MODELS)
def test_not_on_the_order(profile: str) -> None:
    """Four requests in all their orders, some at once: each has its bytes, its fault and its times."""
    asked = [request(profile, f"Question {number}", stream=bool(number % 2)) for number in range(4)]
    engine = profile == "qwen3-235b-a22b-vllm"
    seen: dict[int, set[Any]] = {number: set() for number in range(4)}
    for gap, order in zip((0.0, 0.7, 1e3) * 8, permutations(range(4)), strict=True):
        found = Lab(profile, faults=FAULTS, created=1).all([asked[number] for number in order], gap)
        for number, became in zip(order, found, strict=True):
            seen[number].add(became if not engine else (*became[:3], became[4]))
    assert [1] * 4 == [len(became) for became in seen.values()]
    assert 200 in {status for became in seen.values() for _, status, *_ in became}


def test_an_explanation_is_what_happens() -> None:
    """The plan that is told before is the one that is played."""
    lab = Lab(faults=FAULTS, created=1)
    for number in range(12):
        asked = request("deepseek-v4-pro", f"Question {number}", stream=True)
        told = lab.upstream.explain(asked)
        fault, _, _, planned, _ = lab.all([asked])[0]
        assert (told.entry.fault, [round(due, 6) for due in told.plan.dues]) == (fault, list(planned))


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_repeated_request_meets_each_attempt_once(texts: list[int], rng: Any) -> None:
    """Whichever of them comes first: the bytes, faults and times of all together are the same."""
    asked = [request("deepseek-v4-pro", f"Question {text}") for text in texts]
    mixed = list(asked)
    rng.shuffle(mixed)
    assert Counter(Lab(faults=FAULTS, created=1).all(asked)) == Counter(Lab(faults=FAULTS, created=1).all(mixed))


def test_on_the_attempt() -> None:
    """Which is counted, or told by whoever asks."""
    lab = Lab(faults=[{"do": "status", "status": 503, "when": {"nth": 2}}])
    told = request("deepseek-v4-pro", "Hi", headers={"x-sim-attempt": "2"})
    plain = request("deepseek-v4-pro", "Hi")
    found = lab.all([told, told, plain, plain, plain])
    assert [(503, 2), (503, 2), (200, 1), (503, 2), (200, 3)] == [(became[1], became[2]) for became in found]


def test_stream_or_not_is_the_same_request() -> None:
    """So of two that come at once and differ only in that, the order says which is the first attempt."""
    asked = [request("deepseek-v4-pro", "Hi", stream=stream) for stream in (True, False)]
    one, other = Lab().all(asked), Lab().all(asked[::-1])
    assert ([1, 2], [1, 2]) == ([became[2] for became in one], [became[2] for became in other])


@pytest.mark.parametrize("change", [{"seed": 1}, {"headers": {"x-sim-scope": "another"}}])
def test_on_the_seed_and_the_scope(change: dict[str, Any]) -> None:
    """Another seed has other words; another scope other luck, and the same words."""
    asked = [request("deepseek-v4-pro", f"Question {number}") for number in range(20)]
    luck = [{"do": "missing_usage", "when": {"probability": 0.5}}]
    alike = Lab(faults=luck, created=1).all(asked)
    seed, headers = change.get("seed", 0), change.get("headers")
    again = [request("deepseek-v4-pro", f"Question {number}", headers=headers) for number in range(20)]
    found = Lab(faults=luck, created=1, seed=seed).all(again)
    assert [became[0] for became in alike] != [became[0] for became in found]
    words = [(json.loads(a[4])["choices"], json.loads(b[4])["choices"]) for a, b in zip(alike, found, strict=True)]
    assert [seed == 0] * 20 == [one == other for one, other in words]


LONG = "The sea is wide and the river is long, and nobody knows where either of them begins. " * 20


@pytest.mark.parametrize("caching", [True, False])
def test_prompt_caches_depend_on_the_order(caching: bool) -> None:
    """Of two with one beginning, the later one reads it from the cache; not with the quirk off."""
    asked = [request("deepseek-v4-pro", LONG + end) for end in ("Why?", "How?")]
    one, other = (
        Lab(created=1, quirks={"caching": caching}).all(order, gap=100) for order in (asked[:1] * 2, asked[1:] * 2)
    )
    hits = [json.loads(became[4])["usage"]["prompt_cache_hit_tokens"] for became in (*one, *other)]
    assert [False, caching, False, caching] == [hit > 0 for hit in hits]


def test_quotas_depend_on_the_order() -> None:
    """Who comes too late is refused."""
    asked = [request("deepseek-v4-pro", f"Question {number}") for number in range(2)]
    orders = (asked, asked[::-1])
    assert [[200, 429]] * 2 == [[became[1] for became in Lab(quotas={"requests": 1}).all(order)] for order in orders]


def test_an_engines_times_depend_on_its_load_and_its_bytes_do_not() -> None:
    """The last of thirty that come at once is later than it would be alone."""
    asked = [request("qwen3-235b-a22b-vllm", f"Question {number}", stream=True) for number in range(30)]
    alone, among = (
        Lab("qwen3-235b-a22b-vllm", created=1).all(asked[-1:]),
        Lab("qwen3-235b-a22b-vllm", created=1).all(asked),
    )
    assert alone[0][4] == among[-1][4]
    assert alone[0][3][-1] < among[-1][3][-1]


@pytest.mark.parametrize(("created", "alike"), [("now", False), ("today", True), (1_790_000_000, True)])
def test_created_depends_on_the_setting(created: Any, alike: bool) -> None:
    """The second of the answer, the day, or a number."""
    lab = Lab(created=created)
    lab.clock._began = 1_790_000_000.0  # in the middle of a day
    found = lab.all([request("deepseek-v4-pro", "Hi")]), lab.all([request("deepseek-v4-pro", "Hi")])
    assert alike == (json.loads(found[0][0][4])["created"] == json.loads(found[1][0][4])["created"])


def test_faults_by_time_depend_on_the_time() -> None:
    """Since they were armed."""
    asked = [request("deepseek-v4-pro", f"Question {number}") for number in range(4)]
    found = Lab(faults=[{"do": "status", "status": 503, "when": {"between": [5, 15]}}]).all(asked, gap=6)
    assert [200, 503, 503, 200] == [became[1] for became in found]


# On the wire


def test_at_once_is_as_one_by_one(anyone: Any) -> None:
    """Twelve requests of every wire, with faults that go by chance: by twelve threads, and by one."""
    luck = [{"do": "status", "status": 503, "when": {"probability": 0.3}}, {"do": "drop", "when": {"probability": 0.4}}]
    bodies = [anyone.body(f"Question {number}", stream=bool(number % 2)) for number in range(12)]

    def fresh(workers: int) -> list[tuple[int, bytes]]:
        anyone.http.post(f"{anyone.endpoint.control_url}/reset").raise_for_status()
        anyone.arm(*luck).raise_for_status()
        with ThreadPoolExecutor(workers) as pool:
            replies: list[httpx.Response] = list(pool.map(anyone.post, bodies))
        return [(reply.status_code, reply.content) for reply in replies]

    assert fresh(1) == fresh(12)


def test_a_reset_loses_nothing_that_was_written(deepseek: Any) -> None:
    """However small the writes: what stands before the byte at which the connection is reset has arrived."""
    deepseek.http.put(f"{deepseek.endpoint.control_url}/framing", json="one-byte").raise_for_status()
    deepseek.arm({"do": "rst", "at": {"at_byte": 400}}).raise_for_status()
    assert [400] * 8 == [len(deepseek.broken(text=f"Question {number}", stream=True)) for number in range(8)]
