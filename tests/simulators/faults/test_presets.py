"""Every preset: it can be armed, and does what it says."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from novastack_simulators.config import SimulatorsConfig
from novastack_simulators.faults import READER, Struck, chosen, expanded, presets
from novastack_simulators.faults.presets import Preset
from novastack_simulators.matching import Scene
from novastack_simulators.prompt import Prompt, Turn

NAMED = ("overloaded", "flapping", "slow-first-token", "silent-in-reasoning", "cold-start", "region-outage")


@pytest.mark.parametrize("name", presets())
def test_every_preset_strikes_every_wire(wire: Any, name: str) -> None:
    """At its worst moment one of its faults leaves the answer other than it was, and the journal names the preset."""
    faults = expanded([Preset(preset=name)])
    told = {fault.told for fault in faults}
    assert {name} == told
    changed = []
    for fault in faults:
        given = {**fault.model_dump(mode="json", by_alias=True, exclude_none=True), "when": "always"}
        for said in ("text", "thinking", "tools"):
            for stream in (True, False):
                plan = wire.struck({**given, "at": short(given["at"])}, said, stream=stream)
                changed.append(plan.fault)
                assert plan.fault in (None, name)
    assert name in changed


def short(at: Any) -> Any:
    """The answers here have three tokens."""
    return {"after_tokens": 1} if isinstance(at, dict) else at


def at_first(name: str, **more: Any) -> str | None:
    found = chosen(expanded([Preset(preset=name)]), Struck(0, b"", **{"attempt": 1, **more}))
    return None if found is None else found.do


def asked(model: str, role: str = "user") -> Scene:
    prompt = Prompt(model=model, turns=(Turn(role="user", text="hi"),), content=b"", fingerprint=b"")
    return Scene(prompt=prompt, fields={}, body=b'{"messages": [{"role": "%b"}]}' % role.encode())


def test_the_named_ones_are_there() -> None:
    """Those of the issue, and the sixteen failover scenarios."""
    scenarios = [f"failover-s{number:02}" for number in range(1, 17)]
    assert {*NAMED, *scenarios} <= presets().keys()


@pytest.mark.parametrize(("model", "status"), [("claude-opus-4-7", 529), ("deepseek-v4-pro", 503)])
def test_overloaded_is_said_as_each_provider_says_it(model: str, status: int) -> None:
    """529 at Anthropic, 503 elsewhere."""
    found: Any = chosen(expanded([Preset(preset="overloaded")]), Struck(0, b"", 1, scene=asked(model)))
    assert status == found.status


@pytest.mark.parametrize(
    ("name", "seconds", "struck"),
    [("flapping", 3, True), ("flapping", 13, False), ("flapping", 23, True), ("cold-start", 61, False),
     ("region-outage", 299, True), ("region-outage", 300, False), ("failover-s15", 59, True), ("failover-s15", 60, False)],
)  # fmt: skip
def test_those_that_go_by_time(name: str, seconds: float, struck: bool) -> None:
    """Since they were armed."""
    assert struck is (at_first(name, since_armed=seconds) is not None)


def test_those_that_go_by_attempts() -> None:
    """The second is answered."""
    for name in ("failover-s01", "failover-s03"):
        assert ("status", None) == (at_first(name, attempt=1), at_first(name, attempt=2))


def test_prefill_is_refused_by_the_second() -> None:
    """S14: what the first broke off is taken up with an assistant's message."""
    assert ["rst", "status"] == [at_first("failover-s14", scene=asked("m", role)) for role in ("user", "assistant")]


@pytest.mark.parametrize("name", presets())
def test_every_preset_says_what_and_whence(name: str) -> None:
    """In a line each."""
    kit = presets()[name]
    assert (True, True) == (len(kit.about) > 10, len(kit.source) > 10)


def test_the_configuration_takes_what_the_presets_are_made_of() -> None:
    """The same language: their faults can be written out there."""
    faults = [fault for kit in presets().values() for fault in kit.faults]
    text = yaml.safe_dump(
        {"upstreams": [{"name": "a", "profile": "openai-generic", "api_keys": ["k"], "faults": faults}]}
    )
    assert len(faults) == len(SimulatorsConfig.model_validate(yaml.safe_load(text)).upstreams[0].faults)


def test_a_preset_may_be_aimed() -> None:
    """Its own `when` gives way to the one beside its name; a `where` beside it must hold besides its own."""
    aimed = READER.validate_python(
        [{"preset": "overloaded", "when": {"nth": 7}, "where": {"model": {"contains": "x"}}}]
    )
    assert [7, 7] == [fault.when.nth for fault in aimed]
    assert [{"model": {"contains": "x", "matches": "^claude"}}, {"model": {"contains": "x"}}] == [
        fault.model_dump(mode="json")["where"] for fault in aimed
    ]


def test_a_preset_and_its_where_may_not_disagree() -> None:
    """What both say in the same words, and otherwise, is a mistake."""
    with pytest.raises(ValidationError, match=r"where\.model\.matches is said already"):
        READER.validate_python([{"preset": "overloaded", "where": {"model": {"matches": "y"}}}])


def test_a_preset_with_another_key_is_a_mistake() -> None:
    """The sentence names it."""
    with pytest.raises(ValidationError, match="at"):
        READER.validate_python([{"preset": "overloaded", "at": "before_done"}])
