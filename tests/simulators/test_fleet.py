"""A configuration that changes while it serves: whole or not at all, and nobody who is being answered notices."""

import json
from pathlib import Path
from typing import Any

import h11
import pytest

from novastack_simulators.composition import composed
from novastack_simulators.config import SimulatorsConfig, UpstreamConfig
from novastack_simulators.edge.reply import Request
from novastack_simulators.faults import READER
from novastack_simulators.fleet import SETTLED, Fleet, FleetError, Member
from novastack_simulators.journal import Keeping, Query
from novastack_simulators.profile import Quirks
from novastack_simulators.setting import Clocks
from novastack_simulators.transport.agenda import Agenda, Virtual
from novastack_simulators.transport.line import Line

ONE, OTHER = "deepseek-v4-pro", "claude-opus-4-7"
ENGINE = "qwen3-235b-a22b-vllm"
BUSY = READER.validate_python([{"do": "status", "status": 503}])
SHAPELESS = READER.validate_python([{"do": "empty_choices"}])


def simulated(name: str = ONE, **more: Any) -> UpstreamConfig:
    return UpstreamConfig.model_validate({"name": name, "profile": name, "api_keys": ("k",), **more})


def configured(*upstreams: UpstreamConfig, **more: Any) -> SimulatorsConfig:
    return SimulatorsConfig(upstreams=upstreams or (simulated(),), **more)


class Lab:
    """A fleet on a wheel whose time the test moves."""

    def __init__(self, *upstreams: UpstreamConfig, **more: Any) -> None:
        self.clock = Virtual()
        self.agenda = Agenda(self.clock)
        self.fleet = Fleet(configured(*upstreams, **more))
        for each in self.fleet.config.upstreams:
            upstream = composed(self.fleet.config, each, Clocks(self.agenda, self.clock.wall))
            self.fleet.members[each.name] = Member(upstream, nowhere)

    def upstream(self, name: str = ONE) -> Any:
        return self.fleet.members[name].upstream

    def begin(self, name: str = ONE, **more: Any) -> Line:
        model = self.upstream(name).setting.profile.models[0]
        body = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 20, **more}
        headers = ((b"authorization", b"Bearer k"), (b"content-type", b"application/json"))
        asked = Request(
            method="POST",
            path="/v1/chat/completions",
            headers=headers,
            body=json.dumps({**body, "stream": True}).encode(),
        )
        line = Line(asked, self.clock.wall())
        self.upstream(name).handle(asked, line.cycle)
        return line

    def over(self) -> None:
        while self.agenda.next < float("inf"):
            self.clock.jump(self.agenda.next)
            self.agenda.run()

    def half(self) -> None:
        """Some of what is due."""
        for _ in range(5):
            self.clock.jump(self.agenda.next)
            self.agenda.run()

    def heard(self, line: Line) -> bytes:
        self.over()
        body = b""
        while not isinstance(event := line.take(), h11.EndOfMessage | type(None)):
            body += bytes(event.data) if isinstance(event, h11.Data) else b""
        return body


async def nowhere(*_asked: Any) -> None:
    """No control plane."""


def test_another_configuration_is_in_force_from_now_on() -> None:
    """Seed, speed, faults, keys, profile: all of it, in every scope."""
    lab = Lab()
    lab.upstream().scope("a").arm(BUSY, 0.0)
    new = configured(
        simulated(profile=OTHER, seed=5, speed=7, api_keys=("other",), faults=BUSY), directives=False, speed=3
    )
    lab.fleet.reload(new)
    setting, scope = lab.upstream().setting, lab.upstream().scope("a")
    assert (OTHER, 7, ("other",), False) == (setting.profile.model, setting.speed, setting.api_keys, setting.directives)
    assert (5, BUSY) == (scope.seed, scope.faults)
    assert new is lab.fleet.config


def test_the_journal_stays() -> None:
    """What arrived before has arrived."""
    lab = Lab()
    lab.heard(lab.begin())
    lab.fleet.reload(configured(simulated(seed=5)))
    assert [1] == list(lab.upstream().journal.numbers(Query()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "::1"),
        ("edge", "asgi"),
        ("tls", True),
        ("journal", Keeping(capacity=5)),
        ("max_body_bytes", 5),
        ("grace", 9),
    ],
)
def test_what_is_settled_at_the_start_is_named_and_changes_nothing(field: str, value: Any) -> None:
    """Where it listens, and what it holds in memory."""
    assert field in SETTLED
    lab = Lab()
    before = lab.fleet.state()
    with pytest.raises(FleetError, match=f"`{field}` cannot change while it runs: start it again"):
        lab.fleet.reload(configured(simulated(seed=5), **{field: value}))
    assert before == lab.fleet.state()


@pytest.mark.parametrize(
    "upstreams", [[simulated("x", profile=ONE)], [simulated(), simulated(OTHER)], [simulated(port=5)]]
)
def test_other_upstreams_need_another_start(upstreams: list[UpstreamConfig]) -> None:
    """A name or a port that was not there."""
    lab = Lab()
    before = lab.fleet.state()
    with pytest.raises(FleetError, match="names and ports cannot change while it runs"):
        lab.fleet.reload(configured(*upstreams))
    assert before == lab.fleet.state()


def test_if_one_upstream_cannot_none_is_changed(tmp_path: Path) -> None:
    """The last of them has a profile whose file is gone by the time that it is taken."""
    file = tmp_path / "mine.yaml"
    file.write_text(f"extends: {OTHER}\n", encoding="utf-8")
    lab = Lab(simulated(), simulated(OTHER))
    before = lab.fleet.state()
    new = configured(simulated(seed=5), simulated(OTHER, profile=str(file)))
    file.unlink()
    with pytest.raises(ValueError, match=r"mine\.yaml cannot be read"):
        lab.fleet.reload(new)
    assert before == lab.fleet.state()


@pytest.mark.parametrize("name", [ONE, ENGINE])
@pytest.mark.parametrize("new", [{"speed": 9}, {"profile": OTHER}])
def test_what_is_under_way_ends_as_it_began(name: str, new: dict[str, Any]) -> None:
    """The same bytes at the same times; the journal has it whole."""
    lab, twin = Lab(simulated(name)), Lab(simulated(name))
    line, expected = lab.begin(name), twin.begin(name)
    lab.half()
    lab.fleet.reload(configured(simulated(name, **new)))
    assert twin.heard(expected) == lab.heard(line)
    assert twin.upstream(name).times.report(1)["planned"] == lab.upstream(name).times.report(1)["planned"]
    entry = lab.upstream(name).journal.entry(1)
    assert (200, True, entry.tokens.completion) == (entry.status, entry.ended, entry.tokens.sent)


def test_one_upstream_is_changed_alone() -> None:
    """The others keep their setting; what was not named stays as it was configured."""
    lab = Lab(simulated(quirks=Quirks(caching=False)), simulated(OTHER))
    other = lab.upstream(OTHER).setting
    lab.fleet.change(ONE, speed=9)
    assert (9, False) == (lab.upstream().setting.speed, lab.upstream().setting.profile.quirks.caching)
    assert other is lab.upstream(OTHER).setting
    assert [9, None] == [each.speed for each in lab.fleet.config.upstreams]


def test_changes_add_up() -> None:
    """The second starts from what the first left."""
    lab = Lab()
    lab.fleet.change(ONE, speed=9)
    lab.fleet.change(ONE, quirks=Quirks(caching=False))
    assert (9, False) == (lab.upstream().setting.speed, lab.upstream().setting.profile.quirks.caching)


def test_a_change_that_does_not_fit_changes_nothing() -> None:
    """The configured faults make no sense at another dialect."""
    lab = Lab(simulated(faults=SHAPELESS))
    before = lab.fleet.state()
    with pytest.raises(FleetError, match=r"faults\[0\]: empty_choices makes no sense here"):
        lab.fleet.change(ONE, profile=OTHER)
    assert before == lab.fleet.state()


def test_what_stood_can_be_brought_back() -> None:
    """Setting, faults, time of arming, stubs, framing, quotas and seed of every scope; new scopes are closed."""
    lab = Lab()
    lab.upstream().scope("a").arm(BUSY, 5.0)
    before = lab.fleet.state()
    lab.fleet.change(ONE, speed=9)
    for name in ("", "a", "b"):
        scope = lab.upstream().scope(name)
        scope.arm((), 9.0)
        scope.seed = 9
        scope.limit(scope.terms)
        scope.stock(())
    lab.fleet.restore(before)
    assert before == lab.fleet.state()
    assert ("a",) == lab.upstream().scopes.names


def test_to_look_at_what_stands_changes_nothing() -> None:
    """Not even which scope was used last."""
    lab = Lab()
    for name in "cab":
        lab.upstream().scope(name)
    lab.fleet.restore(lab.fleet.state())
    assert ("c", "a", "b") == lab.upstream().scopes.names
