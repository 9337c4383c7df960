"""What is explained is what then happens, and explaining it leaves no trace."""

import json
import math
from typing import Any

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novastack_simulators import explanation as explaining
from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.explanation import Wanted, explanation
from novastack_simulators.faults import READER
from novastack_simulators.journal import Query, told
from novastack_simulators.profile import Enforced, load_profile
from novastack_simulators.quotas import terms
from novastack_simulators.setting import Clocks
from novastack_simulators.stubs import Stub
from novastack_simulators.transport.agenda import Agenda, Virtual
from novastack_simulators.transport.line import Line

KEY = "sk-test"
PROFILES = ("deepseek-v4-pro", "qwen3-235b-a22b", "claude-opus-4-7", "openai-generic", "qwen3-235b-a22b-vllm")
STORY = "Once upon a time in a land of rivers and hills there lived a miller with three sons. " * 40
KEPT = ("scope", "model", "stream", "attempt", "status", "stub", "nearest", "fault", "expectation")
# Long enough for any stall that is not for ever.
LONG = 10_000.0


class Lab:
    """One upstream on a wheel whose time the test moves."""

    def __init__(self, profile: str = "deepseek-v4-pro", **more: Any) -> None:
        self.clock = Virtual()
        self.agenda = Agenda(self.clock)
        each = UpstreamConfig(name="it", profile=profile, api_keys=(KEY,), **more)
        self.upstream = composed(SimulatorsConfig(upstreams=(each,)), each, Clocks(self.agenda, self.clock.wall))

    def chat(self, **more: Any) -> dict[str, Any]:
        model = self.upstream.setting.profile.models[0]
        messages = [{"role": "user", "content": more.pop("content", "Hello there")}]
        return {"model": model, "messages": messages, "max_tokens": 30, "stream": True, **more}

    def explained(self, wanted: Wanted, scope: str = "") -> dict[str, Any]:
        return explanation(self.upstream, wanted, scope)

    def happens(self, wanted: Wanted, scope: str = "") -> tuple[dict[str, Any], int, Any]:
        """The journal's entry of the same request when it is sent, its bytes that arrived, and their planned times."""
        request = explaining._request(self.upstream, wanted, scope)
        line = Line(request, self.clock.wall())
        self.upstream.handle(request, line.cycle)
        until = self.clock.time() + LONG
        while self.agenda.next <= until:
            self.clock.jump(self.agenda.next)
            self.agenda.run()
        got = arrived(line)
        line.leave()
        number = self.upstream.journal.numbers(Query())[-1]
        entry = self.upstream.journal.entry(number)
        assert entry is not None
        return told(entry), got, self.upstream.times.report(number)

    def state(self) -> Any:
        """All that an upstream remembers."""
        scopes = self.upstream.scopes
        now = self.upstream.now()
        each = {name: scopes.at(name, now) for name in ("", *scopes.names)}
        return (
            list(self.upstream.journal.numbers(Query())),
            {
                name: (
                    dict(scope.attempts._seen),
                    dict(scope.shelf._places._seen),
                    dict(scope.prefixes._kept),
                    scope.quotas.truth(now),
                    scope.state(),
                )
                for name, scope in each.items()
            },
        )


def arrived(line: Line) -> int:
    """How many bytes of the body came."""
    got = 0
    try:
        while not isinstance(event := line.take(), h11.EndOfMessage | type(None)):
            got += len(event.data) if isinstance(event, h11.Data) else 0
    except (ConnectionResetError, h11.RemoteProtocolError):
        return got
    return got


def size(answer: Any) -> int:
    return sum(phase["bytes"] for phase in answer["phases"])


def agree(lab: Lab, wanted: Wanted, scope: str = "") -> dict[str, Any]:
    """Explains a request and sends it: the explanation, which says of it what the journal and the wire then say."""
    before = lab.state()
    explained = lab.explained(wanted, scope)
    assert before == lab.state()
    entry, got, times = lab.happens(wanted, scope)
    assert {name: entry[name] for name in KEPT} == {name: explained[name] for name in KEPT}
    assert {**entry["tokens"], "sent": 0} == {**explained["tokens"], "sent": 0}
    answer = explained["answer"]
    assert answer["status"] == entry["status"]
    if answer["ending"] != "hang":
        assert size(answer) == got
    if times is not None and answer["made_by"] == "schedule" and times["planned"]:
        assert [answer["first_byte"], answer["phases"][-1]["to"]] == pytest.approx(
            [times["planned"][0], times["planned"][-1]], abs=1e-5
        )
    return explained


def fault(**words: Any) -> Any:
    return READER.validate_python([{"at": "first_text", **words}])[0]


FAULTS = (
    fault(do="status", status=503, at="before_headers"),
    fault(do="status", status=529, at="before_headers", when={"nth": 2}),
    fault(do="status", status=500, at="before_headers", when={"probability": 0.5}),
    fault(do="stall", **{"for": 3}),
    fault(do="slow", factor=2),
    fault(do="truncate"),
    fault(do="rst", at={"after_tokens": 4}),
    fault(do="fin"),
    fault(do="in_band_error"),
    fault(do="duplicate"),
    fault(do="drop"),
    fault(do="wrong_usage", at="before_headers", factor=2),
    fault(do="stall", when={"every": 2}, **{"for": "forever"}),
    fault(do="html_page", at="before_headers", when={"over_quota": True}),
    fault(do="empty_body", at="before_headers", when={"between": [5, 10]}),
    fault(do="cut", at={"at_byte": 100}, where={"header": {"x-team": "red"}}),
)
SEQUENCE = Stub.model_validate(
    {
        "name": "turns",
        "priority": 1,
        "match": {"last_message": {"contains": "Hello"}},
        "reply": {"sequence": [{"text": "one"}, {"error": {"status": 503}}, {"text": "three and more"}]},
    }
)


CASES = st.fixed_dictionaries(
    {
        "profile": st.sampled_from(PROFILES),
        "faults": st.lists(st.sampled_from(FAULTS), max_size=2),
        "stubs": st.sampled_from([(), (SEQUENCE,)]),
        "limit": st.sampled_from([None, 1, 2]),
        "scope": st.sampled_from(["", "a"]),
        "earlier": st.integers(0, 3),
        "more": st.fixed_dictionaries(
            {}, optional={"stream": st.just(False), "content": st.sampled_from(["Bye", STORY])}
        ),
        "headers": st.sampled_from([{}, {"x-team": "red"}, {"x-sim-attempt": "5"}, {"x-sim-scope": "b"}]),
    }
)


@settings(max_examples=120, deadline=None)
@given(CASES)
def test_what_is_explained_is_what_happens(case: dict[str, Any]) -> None:
    """Whatever is in force, and however often the request came before, in whatever scope."""
    lab = Lab(case["profile"])
    for name in (case["scope"], "b"):
        own = lab.upstream.scope(name)
        own.arm(case["faults"], lab.upstream.now())
        own.stock(case["stubs"])
        if case["limit"] is not None:
            own.limit(terms(load_profile(case["profile"]), Enforced(requests=case["limit"])))
    wanted = Wanted(body=lab.chat(**case["more"]), headers=case["headers"])
    for _ in range(case["earlier"]):
        lab.happens(wanted, case["scope"])
    agree(lab, wanted, case["scope"])


@pytest.mark.parametrize(
    "wanted",
    [
        {"body": "{bad"},
        {"body": None},
        {"body": 5},
        {"body": []},
        {"body": {}},
        {"body": {"model": "nope"}},
        {"path": "/nowhere"},
        {"path": "/chat/completions?x=1"},
        {"method": "get"},
        {"method": "GET", "path": "/models"},
        {"headers": {"Authorization": "Bearer nope"}},
        {"headers": {"authorization": ""}},
        {"headers": {"authorization": f"Bearer {KEY}~team"}},
        {"headers": {"x-sim-scope": "not one"}},
        {"headers": {"x-sim-attempt": "x"}},
        {"headers": {"x-sim-expect-upstream": "another"}},
        {"headers": {"x-sim-expect-nothing": "x"}},
        {"content": "[[sim overloaded]]"},
        {"content": "[[sim nope]]"},
        {"content": "[[sim"},
        {"content": "[[sim expect-upstream=another]]"},
        {"content": '[[sim {"framing": "gzip"}]]', "headers": {"accept-encoding": "gzip"}},
        {"attempt": 7},
    ],
)
def test_what_cannot_be_answered_is_explained_as_it_is_refused(wanted: dict[str, Any]) -> None:
    """Malformed bodies, unknown paths, wrong keys and directives that are none: never a failure of ours."""
    lab = Lab()
    content = wanted.get("content", "Hello")
    given = {"body": lab.chat(content=content), **{name: text for name, text in wanted.items() if name != "content"}}
    agree(lab, Wanted.model_validate(given))


def test_an_error_is_told_in_the_providers_words() -> None:
    """And an answer has none."""
    lab = Lab()
    error = lab.explained(Wanted(body={"model": "nope"}))["answer"]["error"]
    assert "message" in json.loads(error)["error"]
    assert None is lab.explained(Wanted(body=lab.chat()))["answer"]["error"]


def test_every_fault_is_told_with_the_reason() -> None:
    """Those that do not apply, the one that strikes, and those that come too late."""
    lab = Lab()
    faults = [
        fault(do="cut", when={"nth": 2}),
        fault(do="stall", name="slow-start", **{"for": 1}),
        fault(do="rst"),
    ]
    lab.upstream.scope("").arm(faults, lab.upstream.now())
    told = lab.explained(Wanted(body=lab.chat()))["faults"]
    assert [
        ("cut", "cut", False, False, "attempt 1 is not attempt 2"),
        ("slow-start", "stall", True, True, "it applies to every request"),
        ("rst", "rst", True, False, "it applies to every request"),
    ] == [(each["fault"], each["do"], each["applies"], each["strikes"], each["why"]) for each in told]


def test_the_phases_are_told_in_their_order() -> None:
    """Runs of events, with their tokens and times; together they are the whole answer."""
    lab = Lab()
    explained = lab.explained(Wanted(body=lab.chat()))
    phases = explained["answer"]["phases"]
    assert ["open", "reasoning", "finish", "done"] == [phase["phase"] for phase in phases]
    assert explained["tokens"]["completion"] == sum(phase["tokens"] for phase in phases)
    times = [time for phase in phases for time in (phase["from"], phase["to"])]
    assert sorted(times) == times
    assert (times[0], times[-1]) == (explained["answer"]["first_byte"], explained["answer"]["end"])


def test_an_engine_decides_when() -> None:
    """Its times are not known before."""
    lab = Lab("qwen3-235b-a22b-vllm")
    answer = lab.explained(Wanted(body=lab.chat()))["answer"]
    assert ("engine", None, None) == (answer["made_by"], answer["first_byte"], answer["end"])
    assert {None} == {time for phase in answer["phases"] for time in (phase["from"], phase["to"])}


def test_what_is_never_sent_has_no_status() -> None:
    """A reset before the head."""
    lab = Lab()
    lab.upstream.scope("").arm([fault(do="rst", at="before_headers")], lab.upstream.now())
    answer = lab.explained(Wanted(body=lab.chat()))["answer"]
    assert (None, "abort", [], None) == (answer["status"], answer["ending"], answer["phases"], answer["first_byte"])


def test_a_scope_that_is_not_there_is_not_made() -> None:
    """It is explained as it would begin."""
    lab = Lab(faults=[{"do": "status", "status": 503}])
    assert 503 == lab.explained(Wanted(body=lab.chat()), "new")["answer"]["status"]
    assert () == lab.upstream.scopes.names


@pytest.mark.parametrize("name", ["authorization", "Authorization", "X-Api-Key"])
def test_a_key_is_added_only_where_none_is_given(name: str) -> None:
    """A wrong one stays wrong."""
    lab = Lab("claude-opus-4-7")
    assert 401 == lab.explained(Wanted(body=lab.chat(), headers={name: "Bearer nope"}))["answer"]["status"]
    assert 200 == lab.explained(Wanted(body=lab.chat()))["answer"]["status"]


def test_nothing_turns_on_the_wheel_of_an_explanation() -> None:
    """Its time stands still."""
    wheel = explaining.Still()
    wheel.at(0.0, lambda: pytest.fail("it was called"))
    wheel.soon(lambda: pytest.fail("it was called"))
    assert 0.0 == wheel.time() < math.inf
