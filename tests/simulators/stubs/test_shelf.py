"""Which stub replies, with which answer, and which came nearest."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.stubs import Shelf

TWO = {"sequence": [{"text": "one"}, {"text": "two"}], "then": "generate"}


def said(shelf: Shelf, asked: Any) -> str | None:
    canned = shelf.take(asked)
    return canned.said.text if canned and canned.said else None


def test_the_highest_priority_replies(scene: Any, stub: Any) -> None:
    """Whatever the order of the list; of equal ones the first."""
    shelf = Shelf([stub("low", 1), stub("high", 5), stub("equal", 5), stub("other", 9, model="x")])
    assert "says high" == said(shelf, scene())


def test_none_matches(scene: Any, stub: Any) -> None:
    """Then the model speaks for itself."""
    assert Shelf([stub(last_message="x")]).take(scene()) is None
    assert Shelf([]).take(scene()) is None


def test_names_are_distinct(stub: Any) -> None:
    """The journal tells stubs by their names."""
    with pytest.raises(ValueError, match=r"the name 'a' is used more than once, at \[0\], \[2\]"):
        Shelf([stub("a"), stub("b"), stub("a")])


def test_a_sequence_goes_on_with_the_same_request(scene: Any, stub: Any) -> None:
    """Each different request has its own place in it."""
    shelf = Shelf([stub(reply=TWO)])
    first, second = scene(("user", "a")), scene(("user", "b"))
    assert ["one", "one", "two", None, "two"] == [said(shelf, each) for each in (first, second, first, first, second)]


def test_a_place_left_to_the_model_names_the_stub(scene: Any, stub: Any) -> None:
    """It did match."""
    shelf = Shelf([stub("s", reply={"sequence": [{"text": "one"}], "then": "generate"})])
    assert [("s", "one"), ("s", None)] == [
        (canned.stub, canned.said and canned.said.text)
        for canned in (shelf.take(scene()), shelf.take(scene()))
        if canned
    ]


def test_what_a_stub_reads_tells_requests_apart(scene: Any, stub: Any) -> None:
    """Two teams with the same question each have their own place, if the stub reads the team; else they share it."""
    red, blue = (scene(fields={"x-team": team}, body={"user": team}) for team in ("red", "blue"))
    for match in ({"header": {"x-team": {"contains": ""}}}, {"json": {"user": {"contains": ""}}}):
        shelf = Shelf([stub(reply=TWO, **match)])
        assert ["one", "one", "two", "two"] == [said(shelf, each) for each in (red, blue, blue, red)]
    shelf = Shelf([stub(reply=TWO)])
    assert ["one", "two"] == [said(shelf, each) for each in (red, blue)]


def test_a_sequence_by_turn_needs_no_memory(scene: Any, stub: Any) -> None:
    """The place is how often the assistant has spoken: an agent's steps, however many agents there are."""
    shelf = Shelf([stub(reply={**TWO, "by": "turn"})])
    start = scene(("user", "a"))
    later = scene(("user", "a"), ("assistant", "one"), ("tool", "x"))
    assert ["two", "one", "one", "two"] == [said(shelf, each) for each in (later, start, start, later)]


def test_sequences_of_two_stubs_are_their_own(scene: Any, stub: Any) -> None:
    """The same request in one does not move the other on."""
    asked = scene()
    shelf = Shelf([stub("a", 1, reply=TWO)])
    said(shelf, asked)
    assert "one" == said(Shelf([stub("b", 1, reply=TWO)]), asked)


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_the_order_of_different_requests_changes_nothing(scene: Any, stub: Any, seed: int, times: int) -> None:
    """For each request the same answers come, however the requests are mixed."""
    shelf = Shelf([stub(reply={"sequence": [{"text": str(n)} for n in range(3)], "then": "repeat"})])
    mixed = [name for name in "abcde" for _ in range(times)]
    random.Random(seed).shuffle(mixed)
    got: dict[str, list[str | None]] = {}
    for name in mixed:
        got.setdefault(name, []).append(said(shelf, scene(("user", name))))
    assert [[str(n % 3) for n in range(times)]] * 5 == [got[name] for name in "abcde"]


def test_the_nearest_has_the_fewest_differences(scene: Any, stub: Any) -> None:
    """And it tells them, each with what was wanted and what there was."""
    shelf = Shelf([
        stub("far", 9, model="x", last_message="y"),
        stub("near", 1, model="m", last_message={"contains": "refund"}),
    ])  # fmt: skip
    expected = {
        "stub": "near",
        "differs": [{"part": "last_message", "wanted": 'contains "refund"', "got": '"Hello"'}],
    }
    assert expected == msgspec.json.decode(msgspec.json.encode(shelf.nearest(scene())))


def test_of_equally_near_ones_the_first_in_rank(scene: Any, stub: Any) -> None:
    """The higher priority, then the earlier."""
    shelf = Shelf([stub("low", 1, model="x"), stub("high", 2, model="x"), stub("later", 2, model="x")])
    nearest = shelf.nearest(scene())
    assert nearest is not None
    assert "high" == nearest.stub


def test_without_stubs_none_is_near(scene: Any) -> None:
    """There is nothing to tell."""
    assert Shelf([]).nearest(scene()) is None
