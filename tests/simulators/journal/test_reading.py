"""Reading a journal in steps: everything that is meant, no more than the limit, and never long without a pause."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novastack_simulators.journal import Journal, Keeping, Listing, Query, at_once, count, find, listed, meant
from novastack_simulators.journal.reading import STRIDE


def numbers(journal: Journal, **query: Any) -> list[int]:
    return [entry.sequence for entry in find(journal, Listing(**query))]


def filled(statuses: list[int], *, capacity: int = 1000) -> Journal:
    journal = Journal("u", Keeping(capacity=capacity))
    for status in statuses:
        entry = journal.open("POST", "/", (), now=0.0)
        entry.status = status
        journal.close(entry)
    return journal


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"status": 200}, [1, 3, 5]),
        ({"limit": 2}, [5, 6]),
        ({"limit": 0}, []),
        ({"limit": 99}, [1, 2, 3, 4, 5, 6]),
        ({"status": 200, "limit": 2}, [3, 5]),
        ({"after": 4}, [5, 6]),
        ({"after": 0, "limit": 2}, [1, 2]),
        ({"after": 2, "limit": 2}, [3, 4]),
        ({"after": 1, "status": 200, "limit": 1}, [3]),
        ({"after": 6}, []),
        ({"after": 0, "limit": 0}, []),
    ],
)
def test_a_limit_keeps_the_newest_and_a_place_the_next(query: dict[str, Any], expected: list[int]) -> None:
    """Always oldest first."""
    assert expected == numbers(filled([200, 404] * 3), **query)


def test_pages_follow_one_another() -> None:
    """Each begins after the last entry of the one before."""
    journal, found, place = filled([200] * 7), [], 0
    while page := numbers(journal, after=place, limit=3):
        found.append(page)
        place = page[-1]
    assert [[1, 2, 3], [4, 5, 6], [7]] == found


def test_live_entries_are_read_like_those_that_ended(journal: Journal, arrive: Any) -> None:
    """By whatever they are found, and in the order of their arrival."""
    for number in range(4):
        arrive(ended=number % 2 == 0, canary="c", request_id="r", scope="s", status=200)
    for query in ({}, {"canary": "c"}, {"request_id": "r"}, {"scope": "s"}, {"status": 200}):
        assert [1, 2, 3, 4] == numbers(journal, **query)
    assert ([1, 3], [2, 4]) == (numbers(journal, ended=True), numbers(journal, ended=False))


def test_what_was_read_does_not_change(journal: Journal, arrive: Any) -> None:
    """A live entry is given as it was."""
    live = arrive(ended=False)
    (found,) = find(journal, Query())
    live.status = 200
    assert (None, 200) == (found.status, find(journal, Query())[0].status)


def test_counting_takes_steps(journal: Journal) -> None:
    """One for each slice that was looked at, whether or not anything was found."""
    journal = filled([200] * (3 * STRIDE), capacity=10_000)
    steps = count(journal, Query(status=404))
    assert (3, 0) == (sum(1 for _ in steps), at_once(count(journal, Query(status=404))))
    assert 3 * STRIDE == at_once(count(journal, Query(status=200)))


def test_the_newest_few_of_many_are_found_from_the_end() -> None:
    """Without reading the rest."""
    journal = filled([200] * (5 * STRIDE), capacity=10_000)
    slices = list(listed(journal, Listing(limit=2)))
    assert (1, [5 * STRIDE - 1, 5 * STRIDE]) == (len(slices), [entry.sequence for entry in slices[0]])


def test_what_goes_while_it_is_read_is_left_out() -> None:
    """A reader in steps meets no gap that it would stumble over."""
    journal = filled([200] * (2 * STRIDE), capacity=10_000)
    slices = meant(journal, Query())
    assert STRIDE == len(next(slices))
    journal.clear()
    assert [] == next(slices)


@given(
    st.lists(st.sampled_from([200, 404, 503]), max_size=40), st.integers(1, 20), st.integers(0, 45), st.integers(0, 25)
)
def test_reading_is_what_a_list_would_give(statuses: list[int], capacity: int, place: int, limit: int) -> None:
    """Whatever the capacity, the place and the limit."""
    journal = filled(statuses, capacity=capacity)
    kept = [(number, status) for number, status in enumerate(statuses, 1)][-capacity:]
    found = [number for number, status in kept if status == 200]
    assert found == numbers(journal, status=200)
    assert found[len(found) - min(limit, len(found)) :] == numbers(journal, status=200, limit=limit)
    assert [number for number in found if number > place][:limit] == numbers(
        journal, status=200, after=place, limit=limit
    )
    assert len(found) == at_once(count(journal, Query(status=200)))
