"""Which journal entries belong to which request."""

from typing import Any

from novastack_loadtests.join import join
from novastack_loadtests.journals import Journal


def joined(desk: Any, *entries: Any) -> Any:
    calls = [desk.call(0), desk.call(1)]
    return join(desk.run, calls, [Journal(url="http://sim", upstream="qwen3-235b-a22b", entries=entries)])


def test_entries_are_found_by_id_in_order_of_arrival(desk: Any) -> None:
    """The id decides."""
    late, early = desk.entry(desk.record(0), arrived=9.0), desk.entry(desk.record(0), arrived=1.0)
    assert {desk.call(0).id: (early, late)} == joined(desk, late, early).by_id


def test_the_canary_finds_what_lost_its_id(desk: Any) -> None:
    """A gateway that strips headers is still judged."""
    entry = desk.entry(desk.record(1), request_id="gateway-made-this")
    assert {desk.call(1).id: (entry,)} == joined(desk, entry).by_id


def test_other_traffic_is_left_out(desk: Any) -> None:
    """Somebody else may use the simulators at the same time."""
    entry = desk.entry(desk.record(0), request_id="load-other-00000000", canary=None)
    assert ({}, ()) == (joined(desk, entry).by_id, joined(desk, entry).strays)


def test_an_entry_of_this_run_that_nobody_sent_is_a_stray(desk: Any) -> None:
    """Same run, unknown number."""
    entry = desk.entry(desk.record(7))
    assert (entry,) == joined(desk, entry).strays
