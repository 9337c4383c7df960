"""The faults in force, replaced as a whole list."""

from typing import Any

import pytest


def test_faults_are_replaced_and_removed(client: Any) -> None:
    """PUT replaces the list, GET shows it, DELETE empties it."""
    fault = {"do": "stall", "at": {"after_tokens": 3}, "when": {"nth": 2}, "for": 1.5}
    assert [fault] == client.arm(fault).json()
    url = f"{client.endpoint.control_url}/faults"
    assert [fault] == client.http.get(url).json()
    assert 204 == client.http.delete(url).status_code
    assert [] == client.http.get(url).json()


def test_a_bad_list_changes_nothing_and_names_each_field(client: Any) -> None:
    """Atomic: the good fault of a bad list is not armed."""
    client.arm({"do": "cut"})
    answer = client.arm({"do": "cut"}, {"do": "explode"}, {"do": "cut", "at": "x"}, {"do": "stall", "for": -1})
    assert 422 == answer.status_code
    assert ["faults[1]", "faults[2].at", "faults[3].for"] == [
        field["where"] for field in answer.json()["error"]["fields"]
    ]
    assert [{"do": "cut", "at": "before_headers", "when": "always"}] == client.http.get(
        f"{client.endpoint.control_url}/faults"
    ).json()


@pytest.mark.parametrize("body", [b"{", b"{}", b"null", b'"x"', b"[1]"])
def test_any_bad_list_is_422(plane: Any, body: bytes) -> None:
    """Never a 500, whatever is sent."""
    answer = plane.ask("PUT", "/faults", body)
    assert 422 == answer.status_code
    assert "faults" in answer.json()["error"]["message"]


def test_what_makes_no_sense_in_the_dialect_is_named_by_its_place_in_the_list(wide: Any) -> None:
    """Also behind a preset, which stands for several faults."""
    given = [{"preset": "flapping"}, {"preset": "overloaded"}, {"do": "cut"}, {"do": "empty_choices"}]
    assert len(given) < len(wide.ask("PUT", "/faults", given).json())
    answer = wide.ask("PUT", "/faults", given, of="claude-opus-4-7")
    assert ["faults[3]"] == [field["where"] for field in answer.json()["error"]["fields"]]


def test_what_is_shown_can_be_put_again(plane: Any) -> None:
    """Presets are written out, conditions and matchers as they are given."""
    given = [{"preset": "overloaded"}, {"do": "rst", "at": {"at_byte": 9}, "where": {"header": {"x-team": "red"}}}]
    shown = plane.ask("PUT", "/faults", given).json()
    assert shown == plane.ask("PUT", "/faults", shown).json()


def test_those_that_go_by_time_start_when_they_are_put(plane: Any) -> None:
    """Put again, they start again."""
    fault = {"do": "status", "status": 503, "when": {"between": [0, 10]}}
    statuses = []
    for _ in range(2):
        plane.ask("PUT", "/faults", [fault])
        for seconds in (5, 10):
            statuses.append(plane.chat()[0])
            plane.clock.jump(plane.clock.time() + seconds)
    assert [503, 503, 503, 503] == statuses
    assert 200 == plane.chat()[0]
