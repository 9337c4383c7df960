"""Whether the simulator kept its own times."""

from typing import Any

import pytest


def test_on_time_it_is_fit(plane: Any) -> None:
    """In virtual time nothing is late."""
    plane.chat()
    told = plane.ask("GET", "/selfcheck").json()
    assert (True, 0.0, 1) == (told["fit"], told["lateness_ms"]["max"], told["streams"]["ended"])


def test_late_writes_are_measured_against_what_is_allowed(plane: Any) -> None:
    """A loop that was away for a second is not fit for 5 ms, and is for 2000."""
    plane.begin()
    plane.clock.jump(plane.agenda.next + 1.0)
    plane.over()
    assert [False, True] == [
        plane.ask("GET", f"/selfcheck?allowed_ms={allowed}").json()["fit"] for allowed in ("5", "2000")
    ]


@pytest.mark.parametrize("allowed", ["0", "-1", "inf", "nan", "x"])
def test_what_is_allowed_is_a_time(plane: Any, allowed: str) -> None:
    """A number above nothing."""
    assert 422 == plane.ask("GET", f"/selfcheck?allowed_ms={allowed}").status_code


def test_each_event_of_an_answer_has_its_two_times(plane: Any) -> None:
    """Planned and actual, in seconds after the arrival, one of each for every event."""
    plane.chat()
    told = plane.ask("GET", "/journal/1/times").json()
    assert len(told["planned"]) == len(told["actual"]) > 20
    assert told["planned"] == pytest.approx(told["actual"], abs=1e-5)


@pytest.mark.parametrize("sequence", [1, 2])
def test_of_what_is_under_way_or_never_came_no_times_are_told(plane: Any, sequence: int) -> None:
    """404, and why."""
    plane.begin()
    answer = plane.ask("GET", f"/journal/{sequence}/times")
    assert 404 == answer.status_code
    assert f"the times of entry {sequence} are not kept" in answer.json()["error"]["message"]
