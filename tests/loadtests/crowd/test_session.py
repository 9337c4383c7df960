"""The run's bookkeeping inside Locust, without Locust."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from novastack_loadtests.crowd.session import LEAD, Session
from novastack_loadtests.ledger import End, read


@pytest.fixture
def opened(desk: Any, tmp_path: Path) -> Iterator[Session]:
    """A session of three calls, one per second, on a clock that stands at 100."""
    plan = desk.plan(scenario="routing", duration=3.0)
    session = Session(plan, "sk", tmp_path / "ledger", lambda: 100.0)
    session.write(plan)
    yield session
    session.close()


def test_calls_are_due_by_the_plan(opened: Any) -> None:
    """Whatever the replies do: a short lead, then one per second."""
    assert [100.0 + LEAD + number for number in range(3)] == [opened.claim().due for _ in range(3)]


def test_the_plan_ends(opened: Any) -> None:
    """The fourth claim gets nothing, and the run is over when all have ended."""
    slots = [opened.claim() for _ in range(4)]
    for slot in slots[:3]:
        opened.begin(slot.call)
    assert (None, False) == (slots[3], opened.over)


def test_the_run_is_over_when_every_call_has_ended(opened: Any, desk: Any) -> None:
    """Not earlier, and not never."""
    for slot in [opened.claim() for _ in range(4)][:3]:
        opened.begin(slot.call)
        opened.end(desk.record(slot.call.index))
    assert opened.over


def test_what_was_never_sent_is_written_down(opened: Any, tmp_path: Path) -> None:
    """It was waiting for its time when the run was stopped."""
    opened.begin(opened.claim().call)
    opened.claim()
    opened.close()
    assert End(claimed=2, unsent=(1,)) == read(tmp_path / "ledger").end


def test_nothing_begins_once_the_run_is_being_stopped(opened: Any, tmp_path: Path) -> None:
    """A user that wakes at that moment would be cut off in flight."""
    slot = opened.claim()
    opened.halt()
    assert not opened.begin(slot.call)
    opened.close()
    assert End(claimed=1, unsent=(0,)) == read(tmp_path / "ledger").end
