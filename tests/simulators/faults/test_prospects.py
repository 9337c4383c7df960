"""What no attempt changes is checked once, and the same fault strikes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.faults import Struck, chosen, prospects
from novastack_simulators.faults.fault import Fault
from novastack_simulators.faults.rst import Rst
from novastack_simulators.matching import Scene
from novastack_simulators.prompt import Prompt, Turn

WHENS = ["always", {"first": 2}, {"nth": 3}, {"probability": 0.5}, {"between": [1, 4]}, {"over_quota": True}]
WHERES = [None, {"model": "m"}, {"model": "other"}, {"header": {"x-team": "red"}}, {"attempt": 2}, {"stub": "hi"}]
FAULTS = st.builds(
    lambda when, where: Rst.model_validate({"do": "rst", "when": when, "where": where}),
    st.sampled_from(WHENS),
    st.sampled_from(WHERES),
)


def scene(**more: Any) -> Scene:
    prompt = Prompt(model="m", turns=(Turn(role="user", text="Hi"),), content=b"", fingerprint=b"")
    return Scene(prompt=prompt, fields={"x-team": "red"}, body=b"{}", **more)


def rst(when: Any = "always", where: Any = None) -> Fault:
    return Rst.model_validate({"do": "rst", "when": when, "where": where})


@given(st.lists(FAULTS, max_size=5), st.integers(1, 4), st.floats(0, 9), st.booleans(), st.sampled_from([None, "hi"]))
def test_the_same_fault_strikes(faults: list[Fault], attempt: int, since: float, over: bool, stub: str | None) -> None:
    """As among all that are armed, whatever the attempt."""
    able = prospects(faults, scene())
    struck = Struck(1, b"f", attempt, "", since, over, scene(attempt=attempt, stub=stub), {})
    assert chosen(faults, struck) is able.chosen(struck)


def test_a_fault_for_others_is_no_prospect() -> None:
    """Nor is it checked again; what an attempt decides is."""
    ours, theirs = rst({"nth": 2}, {"model": "m"}), rst(where={"model": "other"})
    able = prospects([theirs, ours], scene())
    assert [(ours, ours.checks[:1])] == list(able.faults)
    assert () == prospects([theirs, ours], None).faults


def test_what_they_ask_for_is_known() -> None:
    """Of all that are armed, so that an explanation can be given of each."""
    asked = [(rst(), rst({"over_quota": True})), (rst(where={"attempt": 2}),), (rst(where={"key": "sk-1"}),), ()]
    able = [prospects(faults, scene()) for faults in asked]
    assert [(True, False), (False, True), (False, False), (False, False)] == [
        (each.quota, each.arrival) for each in able
    ]


def test_a_draw_is_the_same_from_memory() -> None:
    """What draws have in common is kept for the next attempt."""
    stems: dict[Any, Any] = {}
    for attempt in (1, 2, 1):
        kept = Struck(1, b"f", attempt, "s", stems=stems)
        assert Struck(1, b"f", attempt, "s").drawn("probability", "mark") == kept.drawn("probability", "mark")
    assert 1 == len(stems)
